using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Slipway.Core.Deployments;
using Slipway.Core.Projects;
using Slipway.Core.Traffic;

namespace Slipway.Engine.Traffic;

/// <summary>
/// Reads back every few seconds what the data planes serve, tells a deployment under way when that is not what it had confirmed, and puts right
/// what one that has ended left behind.
/// </summary>
internal sealed partial class Observer(TrafficDirector traffic, ProjectDirectory projects, OwnedProjects owned, Action<DeploymentId, DeploymentInput> tell, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<EnvironmentKey, (TrafficSplit Split, DateTimeOffset At)> _seen = new();

    /// <summary>What was served when last read back; null: nobody knows since then.</summary>
    public TrafficSplit? Seen(EnvironmentKey key, DateTimeOffset since) => _seen.TryGetValue(key, out var seen) && seen.At > since ? seen.Split : null;

    /// <summary>What was seen is about to change.</summary>
    public void Forget(EnvironmentKey key) => _seen.TryRemove(key, out _);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using PeriodicTimer timer = new(Every, time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            try
            {
                // All at once: one whose data planes do not answer must not keep the others from being looked at.
                await Task.WhenAll(
                    from snapshot in projects.Projects.Where(owned.Owns).Select(projects.Snapshot).OfType<Core.Environments.ProjectSnapshot>()
                    from environment in snapshot.Configuration.Environments
                    select LookAsync(snapshot.Configuration.Key(environment), cancellationToken));
            }
            catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                NotObserved(logger, e);
            }
        }
    }

    /// <summary>What was confirmed both before and after the look is what the look is held against: in between nothing was being changed.</summary>
    private async Task LookAsync(EnvironmentKey key, CancellationToken cancellationToken)
    {
        var (before, at) = (Confirmed(key), time.GetUtcNow());
        if (await traffic.ObserveAsync(key, cancellationToken) is not { } split)
        {
            _seen.TryRemove(key, out _);
            return;
        }

        _seen[key] = (split, at);
        if (before is var (id, confirmed) && Confirmed(key) is var (same, still) && same == id && still == confirmed && confirmed != split)
            tell(id, new DeploymentInput.Observed(split));
        if (IsLate(key, split))
            await traffic.RefreshAsync(key, cancellationToken);
    }

    /// <summary>
    /// Whether it is what a deployment asked for that has ended since: its request was on its way longer than whoever sent it lived. That is
    /// nobody's wish any more, and put right; any other difference is a person's to judge.
    /// </summary>
    private bool IsLate(EnvironmentKey key, TrafficSplit split) =>
        projects.Snapshot(key.Project)?.Of(key.Name) is { Active: null, Last.Spec: var last } && split.Candidate == last.Candidate.Candidate && split.Stable == last.Stable?.Candidate;

    private (DeploymentId Id, TrafficSplit Split)? Confirmed(EnvironmentKey key) =>
        projects.Snapshot(key.Project)?.Active(key.Name) is { IsEnded: false, Confirmed: { } split } deployment ? (deployment.Spec.Id, split) : null;

    [LoggerMessage(Level = LogLevel.Error, Message = "Could not read back what is served; the next look tries again")]
    private static partial void NotObserved(ILogger logger, Exception e);
}
