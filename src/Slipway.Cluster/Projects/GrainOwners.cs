using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Orleans;
using Slipway.Cluster.Membership;
using Slipway.Cluster.Nodes;
using Slipway.Core.Projects;
using Slipway.Engine;
using Slipway.Engine.Ports;

namespace Slipway.Cluster.Projects;

/// <summary>Who acts for which project, by Orleans' grains: one activation a project, on one server.</summary>
/// <param name="heart">Null: this server is alone, and always sure.</param>
internal sealed partial class GrainOwners(IGrainFactory grains, ClusterNodes nodes, Heart? heart, TimeProvider time, ILogger<GrainOwners> logger) : IProjectOwners
{
    /// <summary>A project that would be better placed elsewhere moves only when that has been so for a while: servers come and go together.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<ProjectId, Task> _asking = new();
    private readonly ConcurrentDictionary<ProjectId, (Action GiveUp, long MisplacedAt)> _here = new();

    public bool Alone => heart is null;

    public bool IsSure => heart is null || heart.IsSure;

    public IReadOnlyCollection<string> Versions => nodes.Versions;

    public Task WhenSureAsync(CancellationToken cancellationToken) => heart?.WhenSureAsync(cancellationToken) ?? Task.CompletedTask;

    public void Began(ProjectId project, Action giveUp) => _here[project] = (giveUp, 0);

    public void Ended(ProjectId project) => _here.TryRemove(project, out _);

    /// <summary>One question at a time for each; who asks again soon sees to the rest.</summary>
    public void Ensure(IReadOnlyCollection<ProjectId> projects)
    {
        foreach (var project in projects.Where(p => !_asking.TryGetValue(p, out var asking) || asking.IsCompleted))
            _asking[project] = AskAsync(project);
        foreach (var (project, here) in _here)
            Settle(project, here);
    }

    public async Task<ProjectLive?> LookAsync(ProjectId project, CancellationToken cancellationToken)
    {
        try
        {
            var live = await Of(project).LookAsync().WaitAsync(cancellationToken);
            return live.Length == 0 ? null : ClusterJson.Read<ProjectLive>(live);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            NotAnswered(logger, e, project.Value);
            return null;
        }
    }

    public async Task<DriftAnswer> AcceptDriftAsync(EnvironmentKey environment, string by, string? reason, CancellationToken cancellationToken) =>
        ClusterJson.Read<DriftAnswer>(await Of(environment.Project).AcceptDriftAsync(environment.Name.Value, by, reason).WaitAsync(cancellationToken));

    public async Task<DriftAnswer> RevertDriftAsync(EnvironmentKey environment, CancellationToken cancellationToken) =>
        ClusterJson.Read<DriftAnswer>(await Of(environment.Project).RevertDriftAsync(environment.Name.Value).WaitAsync(cancellationToken));

    private async Task AskAsync(ProjectId project)
    {
        await Task.Yield();
        try
        {
            await Of(project).OwnAsync();
        }
        catch (Exception e)
        {
            // Whoever was to act has gone, or is not ready yet; it is asked again soon.
            NotAnswered(logger, e, project.Value);
        }
    }

    private void Settle(ProjectId project, (Action GiveUp, long MisplacedAt) here)
    {
        if (Preferred.Of(project.Value, nodes.Active).Equals(nodes.Self))
            _here.TryUpdate(project, (here.GiveUp, 0), here);
        else if (here.MisplacedAt == 0)
            _here.TryUpdate(project, (here.GiveUp, time.GetTimestamp()), here);
        else if (time.GetElapsedTime(here.MisplacedAt) > Settled)
            here.GiveUp();
    }

    private IProjectGrain Of(ProjectId project) => grains.GetGrain<IProjectGrain>(project.Value);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Whoever acts for {ProjectId} did not answer")]
    private static partial void NotAnswered(ILogger logger, Exception e, string projectId);
}
