using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Slipway.Core.Deployments;
using Slipway.Core.Environments;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Engine.Feed;
using Slipway.Engine.Ports;
using Slipway.Engine.Traffic;

namespace Slipway.Engine.Instances;

/// <summary>
/// Holds what runs against what should: starts a serving version again when it exits, and drains and stops what nobody wants any more,
/// whoever started it. Candidates coming in are started by their deployments, which must hear whether it worked.
/// </summary>
internal sealed partial class InstanceKeeper(
    IDeployer deployer, InstanceBoard board, TrafficDirector traffic, ProjectDirectory projects, EventFeed feed,
    Action<DeploymentId, DeploymentInput> tell, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestDrain = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>After running this long, an exit is the first one again.</summary>
    private static readonly TimeSpan Calm = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<InstanceId, Task> _busy = new();
    private readonly ConcurrentDictionary<InstanceId, Revival> _revivals = new();

    /// <summary>Why a version that should serve does not, in words for people.</summary>
    public string? Trouble(InstanceId id) => _revivals.TryGetValue(id, out var last) ? last.Trouble : null;

    /// <summary>Notes what is already running, before anything is routed.</summary>
    public async Task TakeStockAsync(CancellationToken cancellationToken)
    {
        foreach (var instance in await deployer.ListAsync(cancellationToken))
        {
            if (instance.Condition is InstanceCondition.Ready)
                board.Set(instance.Id, instance.Endpoints);
        }
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var news = feed.News;
            try
            {
                await LookAsync(cancellationToken);
            }
            catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                NotLooked(logger, e);
            }

            await feed.WaitAsync(news, Every, cancellationToken);
        }
    }

    /// <summary>An exit is looked at at once. Only the look says what follows, so that a report that comes late is not taken for a second exit.</summary>
    public async Task WatchExitsAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var exit in deployer.WatchExitsAsync(cancellationToken))
            {
                Exited(logger, exit.Id, exit.Detail);
                feed.Announce();
            }
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            ExitsUnwatched(logger, e);
        }
    }

    public Task WhenIdleAsync() => Task.WhenAll(_busy.Values);

    /// <summary>
    /// States are read before and after the list: what was ready before it and is not in it has exited; what is in it and not wanted
    /// after it is nobody's.
    /// </summary>
    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var ready = CandidatesSaidReady();
        var known = board.Ready;
        var listed = await deployer.ListAsync(cancellationToken);
        var running = listed.Where(i => i.Condition is not InstanceCondition.Exited).Select(i => i.Id).ToImmutableHashSet();
        foreach (var (id, endpoints) in known.Where(k => !running.Contains(k.Key)))
            board.Remove(id, endpoints);
        foreach (var (id, deployment) in ready.Where(r => !running.Contains(r.Key)))
            tell(deployment.Spec.Id, new DeploymentInput.CandidateExited(deployment.Exits, listed.FirstOrDefault(i => i.Id == id)?.Detail ?? "it is no longer running"));
        foreach (var id in listed.Select(i => i.Id).Where(id => Wanted(id) is null))
            Begin(id, () => RetireAsync(id, cancellationToken));
        foreach (var (id, workload) in Serving().Where(s => !running.Contains(s.Key) || !board.IsReady(s.Key)))
            Begin(id, () => ReviveAsync(id, workload, cancellationToken));
        foreach (var id in _revivals.Keys.Where(id => Wanted(id) is null))
            _revivals.TryRemove(id, out _);
        foreach (var done in _busy.Where(b => b.Value.IsCompleted))
            _busy.TryRemove(done);
    }

    private async Task RetireAsync(InstanceId id, CancellationToken cancellationToken)
    {
        await board.AloneAsync(id, async () =>
        {
            if (Wanted(id) is not null)
                return false;
            await traffic.DrainAsync(id, [], LongestDrain, cancellationToken);
            board.Remove(id);
            await deployer.StopAsync(id, cancellationToken);
            Retired(logger, id);
            return true;
        }, cancellationToken);
    }

    /// <summary>The first start follows an exit at once, each one after it waits longer: whether it does not start or exits again soon.</summary>
    private async Task ReviveAsync(InstanceId id, Workload workload, CancellationToken cancellationToken)
    {
        var last = _revivals.GetValueOrDefault(id);
        if (time.GetUtcNow() < last.NotBefore)
            return;
        var count = time.GetUtcNow() < last.NotBefore + Calm ? last.Count + 1 : 1;
        var outcome = await board.AloneAsync(id, () => StartAsync(id, workload, cancellationToken), cancellationToken);
        var pause = TimeSpan.FromSeconds(Math.Min(LongestPause.TotalSeconds, Math.Pow(2, Math.Min(count, 10))));
        _revivals[id] = new Revival(count, time.GetUtcNow() + pause, (outcome as DeployOutcome.Failed)?.Reason);
        if (outcome is DeployOutcome.Ready)
            await traffic.RefreshAsync(id.Environment, cancellationToken);
    }

    private async Task<DeployOutcome> StartAsync(InstanceId id, Workload workload, CancellationToken cancellationToken)
    {
        try
        {
            var outcome = await deployer.EnsureAsync(new InstanceRequest(id, workload.Artifact, workload.Deploy), cancellationToken);
            if (outcome is DeployOutcome.Ready ready)
                board.Set(id, ready.Endpoints);
            return outcome;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            NotKept(logger, e, id);
            return new DeployOutcome.Failed(e.Message);
        }
    }

    /// <summary>One thing at a time for each instance; the next look begins it again if it is still needed.</summary>
    private void Begin(InstanceId id, Func<Task> action)
    {
        if (!_busy.TryGetValue(id, out var work) || work.IsCompleted)
            _busy[id] = GuardAsync(id, action);
    }

    private async Task GuardAsync(InstanceId id, Func<Task> action)
    {
        try
        {
            await Task.Yield();
            await action();
        }
        catch (OperationCanceledException)
        {
            // The server is stopping; the next one looks again.
        }
        catch (Exception e)
        {
            NotKept(logger, e, id);
        }
    }

    private WantedInstance? Wanted(InstanceId id) =>
        projects.Snapshot(id.Environment.Project) is { } snapshot && snapshot.Configuration.Find(id.Environment.Name) is not null
            ? WantedInstances.Of(snapshot, id.Environment.Name, time.GetUtcNow()).FirstOrDefault(w => w.Workload.Candidate == id.Candidate && w.Role == id.Role)
            : null;

    private Dictionary<InstanceId, Deployment> CandidatesSaidReady() =>
        Snapshots().SelectMany(s => s.Deployments.Values)
            .Where(d => d is { CandidateWanted: true, CandidateReady: true })
            .ToDictionary(d => new InstanceId(d.Spec.Environment, d.Spec.Candidate.Candidate));

    private Dictionary<InstanceId, Workload> Serving() =>
        (from s in Snapshots()
         from e in s.Configuration.Environments
         let state = s.Of(e.Name)
         where state.Stable is not null
         select (new InstanceId(s.Configuration.Key(e), state.Stable!.Candidate), state.Stable!)).ToDictionary(p => p.Item1, p => p.Item2);

    /// <summary>How often a version was started again without a calm time between, when it may be again, and why it is not running.</summary>
    private readonly record struct Revival(int Count, DateTimeOffset NotBefore, string? Trouble);

    private IEnumerable<ProjectSnapshot> Snapshots() => projects.Projects.Select(projects.Snapshot).OfType<ProjectSnapshot>();

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Instance} exited by itself: {Detail}")]
    private static partial void Exited(ILogger logger, InstanceId instance, string detail);

    [LoggerMessage(Level = LogLevel.Error, Message = "Exits are no longer reported at once; the next look finds them")]
    private static partial void ExitsUnwatched(ILogger logger, Exception e);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Instance} is no longer wanted: drained and stopped")]
    private static partial void Retired(ILogger logger, InstanceId instance);

    [LoggerMessage(Level = LogLevel.Error, Message = "Could not look after {Instance}; the next look tries again")]
    private static partial void NotKept(ILogger logger, Exception e, InstanceId instance);

    [LoggerMessage(Level = LogLevel.Error, Message = "Could not look at what is running; the next look tries again")]
    private static partial void NotLooked(ILogger logger, Exception e);
}
