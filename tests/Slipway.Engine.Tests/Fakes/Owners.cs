using Slipway.Core.Projects;
using Slipway.Engine.Ports;

namespace Slipway.Engine.Tests.Fakes;

/// <summary>Sure of itself; who acts is for the test to say.</summary>
internal sealed class Owners : IProjectOwners
{
    public bool Alone => false;

    public bool IsSure => true;

    public IReadOnlyCollection<string> Versions { get; init; } = ["1.0.0"];

    public Task WhenSureAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Ensure(IReadOnlyCollection<ProjectId> projects)
    {
        // The test does.
    }

    public Task<ProjectLive?> LookAsync(ProjectId project, CancellationToken cancellationToken) => Task.FromResult<ProjectLive?>(null);

    public Task<DriftAnswer> AcceptDriftAsync(EnvironmentKey environment, string by, string? reason, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<DriftAnswer> RevertDriftAsync(EnvironmentKey environment, CancellationToken cancellationToken) => throw new NotSupportedException();
}
