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
/// Holds what runs against what should: starts again what is missing of the versions that should run, drains and stops what is too much,
/// whoever started it, and tells deployments of instances that came and went. What a deployment asks for is started by its effects, which
/// must hear whether it worked.
/// </summary>
internal sealed partial class InstanceKeeper(
    IDeployer deployer, InstanceBoard board, TrafficDirector traffic, ProjectDirectory projects, OwnedProjects owned, IProjectOwners? owners, EventFeed feed,
    Action<DeploymentId, DeploymentInput> tell, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    /// <summary>By what it is about: a version's instances, or an environment's routes.</summary>
    private readonly ConcurrentDictionary<object, Task> _busy = new();
    private readonly Departures _departures = new(deployer, board, traffic, id => Wanted(projects, id, time.GetUtcNow()), time, logger);
    private readonly Revivals _revivals = new(deployer, board, traffic, time, logger);

    /// <summary>Why a version that should serve does not, in words for people.</summary>
    public string? Trouble(InstanceId id) => _revivals.Trouble(id);

    /// <summary>Notes what is already running, before anything is routed.</summary>
    public Task TakeStockAsync(CancellationToken cancellationToken) => TakeStockAsync(_ => true, cancellationToken);

    /// <summary>Notes what of a project is already running.</summary>
    public Task TakeStockAsync(ProjectId project, CancellationToken cancellationToken) => TakeStockAsync(id => id.Environment.Project == project, cancellationToken);

    private async Task TakeStockAsync(Func<InstanceId, bool> concerns, CancellationToken cancellationToken)
    {
        foreach (var instance in (await deployer.ListAsync(cancellationToken)).Where(i => concerns(i.Id)))
            board.Set(instance.Id, instance.Endpoints);
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var news = feed.News;
            try
            {
                if (owners is { IsSure: false })
                    await owners.WhenSureAsync(cancellationToken);
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
    /// after it is too much. Of a project that is taken over meanwhile the list may know less than who took it over.
    /// </summary>
    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var deployments = Snapshots().SelectMany(s => s.Configuration.Environments.Select(e => s.Active(e.Name)).OfType<Deployment>()).ToList();
        var (asOf, isOurs) = (board.Changes, owned.FromNowOn());
        var listed = (await deployer.ListAsync(cancellationToken)).Where(i => isOurs(i.Id.Environment.Project)).ToDictionary(i => i.Id);
        foreach (var id in listed.Keys.Union(board.Ready.Where(i => isOurs(i.Environment.Project))))
            board.Note(id, listed.GetValueOrDefault(id)?.Endpoints ?? [], asOf);
        foreach (var deployment in deployments)
            Tell(deployment, listed);
        foreach (var status in listed.Values.Where(i => Wanted(projects, i.Id, time.GetUtcNow()) is not { Instances: var count } || i.Instances + i.Starting > count))
            Begin(status.Id, status.Id.Environment.Project, stop => _departures.BeginAsync(status, stop), cancellationToken);
        foreach (var (id, wanted) in Missing(listed))
            Begin(id, id.Environment.Project, stop => _revivals.BeginAsync(id, wanted, stop), cancellationToken);
        foreach (var key in Snapshots().SelectMany(s => s.Configuration.Environments.Select(s.Configuration.Key)).Where(traffic.IsBehind))
            Begin(key, key.Project, stop => traffic.RefreshAsync(key, stop), cancellationToken);
        _revivals.Forget(id => Wanted(projects, id, time.GetUtcNow()) is null);
        foreach (var done in _busy.Where(b => b.Value.IsCompleted))
            _busy.TryRemove(done);
    }

    private void Tell(Deployment deployment, Dictionary<InstanceId, InstanceStatus> listed)
    {
        InstanceId candidate = new(deployment.Spec.Environment, deployment.Spec.Candidate.Candidate);
        InstanceId? stable = deployment.Spec.Stable is { } version ? new(deployment.Spec.Environment, version.Candidate) : null;
        var news = InstanceNews.Of(
            deployment, listed.GetValueOrDefault(candidate), stable is { } id ? listed.GetValueOrDefault(id) : null,
            board.Endpoints(candidate).Length, stable is { } same ? board.Endpoints(same).Length : 0);
        foreach (var input in news)
            tell(deployment.Spec.Id, input);
    }

    /// <summary>What should run and does not, except for what a deployment is asking for itself, and for what exited and is its to judge.</summary>
    private IEnumerable<(InstanceId Id, WantedInstance Wanted)> Missing(Dictionary<InstanceId, InstanceStatus> listed) =>
        from snapshot in Snapshots()
        from environment in snapshot.Configuration.Environments
        let deployment = snapshot.Active(environment.Name)
        let asked = Asked(deployment)
        from wanted in WantedInstances.Of(snapshot, environment.Name, time.GetUtcNow())
        let id = new InstanceId(snapshot.Configuration.Key(environment), wanted.Workload.Candidate, wanted.Role)
        where !asked.Contains((id.Candidate, id.Role)) && (listed.GetValueOrDefault(id) is { Lost: true } ? 0 : board.Endpoints(id).Length) < Owed(snapshot.Of(environment.Name), deployment, wanted, listed.GetValueOrDefault(id))
        select (id, wanted);

    /// <summary>Of a candidate that comes in, only those that its deployment counts on, and that vanished without an exit.</summary>
    private static int Owed(EnvironmentState state, Deployment? deployment, WantedInstance wanted, InstanceStatus? listed)
    {
        var version = wanted.Workload.Candidate;
        if (wanted.Role is not InstanceRole.Serving || state.Active?.Candidate.Candidate != version || state.Stable?.Candidate == version)
            return wanted.Instances;
        return deployment is { CandidateWanted: true } && listed is { Exited: 0 } ? Math.Min(deployment.CandidateInstances, deployment.WantedCandidates) : 0;
    }

    private static ImmutableHashSet<(CandidateId Version, InstanceRole Role)> Asked(Deployment? deployment) => deployment is null
        ? []
        : [.. Rollout.Plan(deployment).SelectMany(IEnumerable<(CandidateId, InstanceRole)> (e) => e switch
        {
            Effect.StartCandidate start => [(start.Workload.Candidate, InstanceRole.Serving)],
            Effect.ScaleStable scale => [(scale.Workload.Candidate, InstanceRole.Serving)],
            Effect.StartBaseline start => [(start.Workload.Candidate, InstanceRole.Baseline)],
            _ => [],
        })];

    /// <summary>One thing at a time for each; the next look begins it again if it is still needed. Ends with the ownership of its project.</summary>
    private void Begin(object about, ProjectId project, Func<CancellationToken, Task> action, CancellationToken cancellationToken)
    {
        if (!_busy.TryGetValue(about, out var work) || work.IsCompleted)
            _busy[about] = GuardAsync(about, project, action, cancellationToken);
    }

    private async Task GuardAsync(object about, ProjectId project, Func<CancellationToken, Task> action, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, owned.Token(project));
        try
        {
            await Task.Yield();
            await action(either.Token);
        }
        catch (OperationCanceledException)
        {
            // The server is stopping, or another one acts for the project: it looks again.
        }
        catch (Exception e)
        {
            NotKept(logger, e, about);
        }
    }

    private static WantedInstance? Wanted(ProjectDirectory projects, InstanceId id, DateTimeOffset now) =>
        projects.Snapshot(id.Environment.Project) is { } snapshot && snapshot.Configuration.Find(id.Environment.Name) is not null
            ? WantedInstances.Of(snapshot, id.Environment.Name, now).FirstOrDefault(w => w.Workload.Candidate == id.Candidate && w.Role == id.Role)
            : null;

    private IEnumerable<ProjectSnapshot> Snapshots() => projects.Projects.Where(owned.Owns).Select(projects.Snapshot).OfType<ProjectSnapshot>();

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Instance} exited by itself: {Detail}")]
    private static partial void Exited(ILogger logger, InstanceId instance, string detail);

    [LoggerMessage(Level = LogLevel.Error, Message = "Exits are no longer reported at once; the next look finds them")]
    private static partial void ExitsUnwatched(ILogger logger, Exception e);

    [LoggerMessage(Level = LogLevel.Error, Message = "Could not look after {About}; the next look tries again")]
    private static partial void NotKept(ILogger logger, Exception e, object about);

    [LoggerMessage(Level = LogLevel.Error, Message = "Could not look at what is running; the next look tries again")]
    private static partial void NotLooked(ILogger logger, Exception e);
}
