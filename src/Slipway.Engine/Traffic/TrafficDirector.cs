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

    /// <summary>What an environment should serve, by name. How its slice and service are configured is looked up when the router is asked.</summary>
    internal sealed record Direction(EnvironmentKey Key, TrafficSplit Split, string Salt);

    /// <summary>Says what all environments serve, at once, before anything else is done.</summary>
    public Task RestoreAsync(ImmutableArray<Direction> all, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            foreach (var direction in all)
                _directions[direction.Key] = direction;
            return router.AnnounceAsync([.. all.Select(Request).OfType<TrafficRequest>()], cancellationToken);
        }
    }

    public Task<RouteOutcome> ApplyAsync(Direction direction, CancellationToken cancellationToken) => TurnAsync(direction.Key, _ => direction, cancellationToken);

    /// <summary>Says again what an environment serves, now that addresses changed.</summary>
    public Task<RouteOutcome> RefreshAsync(EnvironmentKey key, CancellationToken cancellationToken) => TurnAsync(key, old => old, cancellationToken);

    /// <summary>A project changed; its environments keep their splits. Nobody waits for the gateways: applying promises no confirmation.</summary>
    public Task ConfigureAsync(Project project)
    {
        lock (_lock)
        {
            foreach (var key in project.Environments.Select(project.Key))
                _directions.TryAdd(key, new Direction(key, TrafficSplit.Only(null), ""));
            return router.AnnounceAsync([.. project.Environments.Select(e => Request(_directions[project.Key(e)])).OfType<TrafficRequest>()], CancellationToken.None);
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
                ? router.ApplyAsync(request, cancellationToken)
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

    private TrafficRequest? Request(Direction d) => projects.Find(d.Key) is var (project, environment)
        ? new(project, environment, d.Split, d.Salt,
            Endpoints(d.Key, d.Split.Stable), Endpoints(d.Key, d.Split.Candidate), Endpoints(d.Key, d.Split.Stable, InstanceRole.Baseline))
        : null;

    private ImmutableArray<string> Endpoints(EnvironmentKey key, CandidateId? version, InstanceRole role = InstanceRole.Serving) =>
        version is { } id ? board.Endpoints(new InstanceId(key, id, role)) : [];
}
