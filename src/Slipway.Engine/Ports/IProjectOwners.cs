using Slipway.Core.Projects;

namespace Slipway.Engine.Ports;

/// <summary>
/// Where several processes share one store: sees that each project is acted for by one of them. That two never both decide does not rest on
/// it, but on the version that every append expects; that two never both act does.
/// </summary>
public interface IProjectOwners
{
    /// <summary>Whether there can be no other process: what was served before is then restored as a whole, before anything is adopted.</summary>
    bool Alone { get; }

    /// <summary>
    /// Whether what this process was given to act for can still be relied on: it was confirmed within the last seconds. A process that was
    /// stopped for a while, or cut off, is not sure, and begins nothing until it is again.
    /// </summary>
    bool IsSure { get; }

    /// <summary>
    /// Versions of Slipway that the processes are of which take part now, this one among them. Where there is more than one, servers are being
    /// replaced one after the other, and what can wait is not written in a way that the older cannot read.
    /// </summary>
    IReadOnlyCollection<string> Versions { get; }

    /// <summary>Returns once it is sure.</summary>
    Task WhenSureAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Sees that somebody acts for each of these projects, for which this process does not. Returns soon; whose engine it will be is told by
    /// <see cref="SlipwayEngine.AdoptAsync"/>.
    /// </summary>
    void Ensure(IReadOnlyCollection<ProjectId> projects);

    /// <summary>What the owner of a project sees now; null when it does not answer in time.</summary>
    Task<ProjectLive?> LookAsync(ProjectId project, CancellationToken cancellationToken);

    /// <summary>Has the owner of an environment's project let what is observed be what shall serve.</summary>
    Task<DriftAnswer> AcceptDriftAsync(EnvironmentKey environment, string by, string? reason, CancellationToken cancellationToken);

    /// <summary>Has the owner of an environment's project ask the router again for what should be served.</summary>
    Task<DriftAnswer> RevertDriftAsync(EnvironmentKey environment, CancellationToken cancellationToken);
}
