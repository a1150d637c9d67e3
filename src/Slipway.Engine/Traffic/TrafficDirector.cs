using System.Collections.Immutable;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Core.Traffic;
using Slipway.Engine.Instances;
using Slipway.Engine.Ports;

namespace Slipway.Engine.Traffic;

/// <summary>Turns splits (which version, how much) into requests to the router (which addresses), and says it again when an address changes.</summary>
internal sealed class TrafficDirector(ITrafficRouter router, InstanceBoard board, ProjectDirectory projects)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<EnvironmentKey, Direction> _directions = [];
    private ImmutableHashSet<ProjectId> _superseded = [];

    /// <summary>What the router was told last, behind everything told before that some data plane may still serve.</summary>
    private readonly Dictionary<EnvironmentKey, List<TrafficRequest>> _told = [];

    /// <summary>Where nobody knows whether the router was told what it was told last.</summary>
    private readonly HashSet<EnvironmentKey> _unsaid = [];

    /// <summary>What an environment should serve, by name. How its slice and service are configured is looked up when the router is asked.</summary>
    internal sealed record Direction(EnvironmentKey Key, TrafficSplit Split, string Salt);

    /// <summary>Says what all environments serve, at once, before anything else is done.</summary>
    public Task RestoreAsync(ImmutableArray<Direction> all, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            foreach (var direction in all)
                _directions[direction.Key] = direction;
            return router.AnnounceAsync([.. all.Select(Request).OfType<TrafficRequest>().Select(Told)], cancellationToken);
        }
    }

    /// <summary>Directs a project from now on: what another process still asks for is refused by the router.</summary>
    public async Task TakeOverAsync(ProjectId project, ImmutableArray<Direction> directions, CancellationToken cancellationToken)
    {
        await router.TakeOverAsync(project, cancellationToken);
        await RestoreAsync(directions, cancellationToken);
    }

    /// <summary>Whether the router has said that another process took the project over.</summary>
    public bool IsSuperseded(ProjectId project) => _superseded.Contains(project);

    /// <summary>Another process directs the project from now on.</summary>
    public void Forget(ProjectId project)
    {
        ImmutableInterlocked.Update(ref _superseded, all => all.Remove(project));
        lock (_lock)
        {
            foreach (var key in _directions.Keys.Where(key => key.Project == project).ToList())
            {
                _directions.Remove(key);
                _told.Remove(key);
                _unsaid.Remove(key);
            }
        }
    }

    public Task<RouteOutcome> ApplyAsync(Direction direction, CancellationToken cancellationToken) => TurnAsync(direction.Key, _ => direction, cancellationToken);

    /// <summary>Says again what an environment serves, now that addresses changed.</summary>
    public Task<RouteOutcome> RefreshAsync(EnvironmentKey key, CancellationToken cancellationToken) => TurnAsync(key, old => old, cancellationToken);

    /// <summary>
    /// Whether a side has other addresses than the router was told, or it may not have heard the last word. Not one that has none left: users are better told that it does not
    /// answer than that it is not there, and it comes back soon.
    /// </summary>
    public bool IsBehind(EnvironmentKey key)
    {
        lock (_lock)
        {
            return _unsaid.Contains(key) || (_directions.GetValueOrDefault(key) is { } direction && _told.GetValueOrDefault(key) is [.., var told] && Request(direction) is { } now
                && Sides(told).Zip(Sides(now)).Any(s => !s.Second.IsEmpty && !s.First.SequenceEqual(s.Second)));
        }
    }

    /// <summary>Whether users of a configured environment may be sent to any of these addresses: nothing else was confirmed since the router was told to.</summary>
    public bool MaySend(EnvironmentKey key, ImmutableArray<string> endpoints)
    {
        lock (_lock)
            return projects.Find(key) is not null && _told.GetValueOrDefault(key, []).SelectMany(t => Sides(t)).Any(s => s.Intersect(endpoints).Any());
    }

    /// <summary>A project changed; its environments keep their splits. Nobody waits for the gateways: applying promises no confirmation.</summary>
    public Task ConfigureAsync(Project project)
    {
        lock (_lock)
        {
            foreach (var key in project.Environments.Select(project.Key))
                _directions.TryAdd(key, new Direction(key, TrafficSplit.Only(null), ""));
            return router.AnnounceAsync([.. project.Environments.Select(e => Request(_directions[project.Key(e)])).OfType<TrafficRequest>().Select(Told)], CancellationToken.None);
        }
    }

    /// <summary>
    /// Directions reach the router in the order in which they are noted here; otherwise one that is only said again could undo a newer
    /// one. The answers are awaited outside, so that a slow gateway holds up nobody else.
    /// </summary>
    private Task<RouteOutcome> TurnAsync(EnvironmentKey key, Func<Direction?, Direction?> turn, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (turn(_directions.GetValueOrDefault(key)) is not { } direction)
                return Task.FromResult<RouteOutcome>(new RouteOutcome.Applied());
            _directions[key] = direction;
            return Request(direction) is { } request
                ? ConfirmAsync(Told(request), router.ApplyAsync(request, cancellationToken))
                : Task.FromResult<RouteOutcome>(new RouteOutcome.Unconfirmed($"environment {key} is no longer configured"));
        }
    }

    /// <summary>
    /// What is really served, read back; null: nobody knows. Sides without an instance get nothing, and that is as asked: it says the split
    /// that was asked for when nothing else is missing from it.
    /// </summary>
    public async Task<TrafficSplit?> ObserveAsync(EnvironmentKey key, CancellationToken cancellationToken)
    {
        if (await router.ObserveAsync(key, cancellationToken) is not { } served)
            return null;
        lock (_lock)
        {
            return _directions.GetValueOrDefault(key) is { } asked && Request(asked) is { } r
                && RouteTables.Served(RouteTables.Route(r.Environment, r.Split, r.Salt, r.StableEndpoints, r.CandidateEndpoints, r.BaselineEndpoints)) == served
                ? asked.Split
                : served;
        }
    }

    public Task DrainAsync(InstanceId instance, ImmutableArray<string> endpoints, TimeSpan limit, CancellationToken cancellationToken) =>
        router.DrainAsync(instance, endpoints, limit, cancellationToken);

    private TrafficRequest Told(TrafficRequest request)
    {
        var key = request.Project.Key(request.Environment);
        if (!_told.TryGetValue(key, out var told))
            _told[key] = told = [];
        if (told is [.., var last] && Sides(last).Zip(Sides(request)).All(s => s.First.SequenceEqual(s.Second)))
            told.RemoveAt(told.Count - 1);
        told.Add(request);
        return request;
    }

    private async Task<RouteOutcome> ConfirmAsync(TrafficRequest request, Task<RouteOutcome> applying)
    {
        var outcome = await HeardAsync(request, applying);
        if (outcome is RouteOutcome.Unconfirmed { Superseded: true })
            ImmutableInterlocked.Update(ref _superseded, all => all.Add(request.Project.Id));
        if (outcome is RouteOutcome.Applied)
        {
            lock (_lock)
            {
                var told = _told[request.Project.Key(request.Environment)];
                told.RemoveRange(0, Math.Max(0, told.FindIndex(t => ReferenceEquals(t, request))));
            }
        }

        return outcome;
    }

    /// <summary>A word that was lost is said again, unless a newer one took its place.</summary>
    private async Task<RouteOutcome> HeardAsync(TrafficRequest request, Task<RouteOutcome> applying)
    {
        try
        {
            var outcome = await applying;
            Note(request, heard: true);
            return outcome;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Note(request, heard: false);
            throw;
        }
    }

    private void Note(TrafficRequest request, bool heard)
    {
        var key = request.Project.Key(request.Environment);
        lock (_lock)
        {
            if (_told.GetValueOrDefault(key) is [.., var last] && ReferenceEquals(last, request))
                _ = heard ? _unsaid.Remove(key) : _unsaid.Add(key);
        }
    }

    private static ImmutableArray<ImmutableArray<string>> Sides(TrafficRequest request) => [request.StableEndpoints, request.CandidateEndpoints, request.BaselineEndpoints];

    private TrafficRequest? Request(Direction d) => projects.Find(d.Key) is var (project, environment)
        ? new(project, environment, d.Split, d.Salt,
            Endpoints(d.Key, d.Split.Stable), Endpoints(d.Key, d.Split.Candidate), Endpoints(d.Key, d.Split.Stable, InstanceRole.Baseline))
        : null;

    private ImmutableArray<string> Endpoints(EnvironmentKey key, CandidateId? version, InstanceRole role = InstanceRole.Serving) =>
        version is { } id ? board.Endpoints(new InstanceId(key, id, role)) : [];
}
