using System.Collections.Immutable;
using Slipway.Core.Projects;
using Slipway.Engine.Ports;

namespace Slipway.Engine;

// What a process that is one of several does: it acts for some projects, and knows of the others what their owners say.
public sealed partial class SlipwayEngine
{
    /// <summary>
    /// Acts for a project from now on, having caught up with the store, with what runs and with what is routed. Another process did so before,
    /// and has given it up or is taken for dead.
    /// </summary>
    public async Task AdoptAsync(ProjectId project, CancellationToken cancellationToken)
    {
        await _restored.Task.WaitAsync(cancellationToken);
        await _changing.WaitAsync(cancellationToken);
        try
        {
            if (_owned.Owns(project) || _stop.IsCancellationRequested)
                return;
            if (!_restoredProjects.Contains(project))
            {
                await _projects.LoadAsync(project, cancellationToken);
                await _keeper.TakeStockAsync(project, cancellationToken);
                await _traffic.TakeOverAsync(project, Directions([project]), cancellationToken);
            }

            _owned.Add(project);
        }
        finally
        {
            _changing.Release();
        }

        Feed.Announce();
    }

    /// <summary>Acts for a project no longer. Returns when nothing that was begun for it is under way here.</summary>
    public Task ReleaseAsync(ProjectId project, CancellationToken cancellationToken) => ReleaseAsync(project, lost: false, cancellationToken);

    private async Task ReleaseAsync(ProjectId project, bool lost, CancellationToken cancellationToken)
    {
        await _changing.WaitAsync(cancellationToken);
        try
        {
            if (!_owned.Remove(project))
                return;
            _restoredProjects = _restoredProjects.Remove(project);
            try
            {
                await _coordinator.ReleaseAsync(project, lost, cancellationToken);
            }
            finally
            {
                _traffic.Forget(project);
                _board.Forget(project);
            }
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>Whether this process acts for a project.</summary>
    public bool Owns(ProjectId project) => _owned.Owns(project);

    /// <summary>What only this process sees of a project that it acts for; null when it does not.</summary>
    public ProjectLive? Live(ProjectId project)
    {
        if (!_owned.Owns(project) || _projects.Snapshot(project) is not { } snapshot)
            return null;
        var keys = snapshot.Configuration.Environments.Select(snapshot.Configuration.Key).ToList();
        var serving = from key in keys where _projects.Of(key).State.Stable is not null select new InstanceId(key, _projects.Of(key).State.Stable!.Candidate);
        return new ProjectLive
        {
            Reports = snapshot.Deployments.Keys.Where(id => _watcher.Report(id) is not null).ToImmutableDictionary(id => id.Value, id => _watcher.Report(id)!),
            Troubles = snapshot.Deployments.Keys.ToImmutableDictionary(id => id.Value, id => Troubles(id).ToImmutableArray()),
            Ready = [.. _board.Ready.Where(i => i.Environment.Project == project && _board.IsReady(i))],
            Missing = [.. from id in serving where _keeper.Trouble(id) is not null select new InstanceTrouble(id, _keeper.Trouble(id)!)],
            Seen = keys.Where(key => Seen(key) is not null).ToImmutableDictionary(key => key.Name.Value, key => Seen(key)!),
        };
    }

    /// <summary>
    /// Reads what other processes have stored by now, so that what is decided or shown next is no older than that: whoever was answered by another
    /// process finds here what was said there. Goes on with what is known when that takes longer, or the store is away.
    /// </summary>
    public async Task CatchUpAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        if (_follower is not { } follower)
            return;
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Feed.Announce();
        var seen = CatchUpAsync(follower, enough.Token);
        await Task.WhenAny(seen, Task.Delay(atMost, _time, enough.Token));
        await enough.CancelAsync();
        await seen.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task CatchUpAsync(ProjectFollower follower, CancellationToken cancellationToken) =>
        await follower.WhenSeenAsync(await _store.LastPositionAsync(cancellationToken), cancellationToken);

    /// <summary>Asks the processes that act for other projects what they see of them, so that what is shown next is as new as that.</summary>
    public Task LookAroundAsync(CancellationToken cancellationToken) =>
        _remote?.RefreshAsync([.. _projects.Projects.Where(id => !_owned.Owns(id))], cancellationToken) ?? Task.CompletedTask;
}
