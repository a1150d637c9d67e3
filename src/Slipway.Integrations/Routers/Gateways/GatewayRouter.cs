using System.Collections.Immutable;
using Slipway.Core.Projects;
using Slipway.Core.Traffic;
using Slipway.Engine.Ports;

namespace Slipway.Integrations.Routers.Gateways;

/// <summary>Splits traffic with Slipway's own gateways: keeps the one table they all follow, and confirms what they all said they serve.</summary>
/// <param name="board">Where several servers share the table; null: this one makes it.</param>
public sealed class GatewayRouter(TimeProvider time, IRouteBoard? board = null) : ITrafficRouter
{
    /// <summary>How long a gateway that is alive may take to serve a new table.</summary>
    public static readonly TimeSpan ConfirmWithin = TimeSpan.FromSeconds(30);

    /// <summary>So many tables are remembered. A gateway that serves an older one does not follow, and nobody knows what it serves.</summary>
    private const int RecentTables = 64;

    private readonly Lock _lock = new();
    private readonly Dictionary<EnvironmentKey, EnvironmentRoute> _routes = [];
    private readonly Dictionary<ProjectId, Project> _projects = [];
    private readonly Queue<RouteTable> _recent = [];
    private ImmutableArray<IGatewayLink> _links = [];
    private TaskCompletionSource _change = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private RouteTable _table = RouteTable.Empty;
    private bool _restored;

    /// <summary>The newest table; version 0 until what was served before has been restored.</summary>
    public RouteTable Table
    {
        get
        {
            lock (_lock)
                return _table;
        }
    }

    public ImmutableArray<IGatewayLink> Links => _links;

    /// <summary>Adds a gateway; it is offered the newest table at once.</summary>
    public void Add(IGatewayLink link)
    {
        lock (_lock)
        {
            _links = _links.Add(link);
            if (_restored)
                link.Offer(_table);
        }

        Changed();
    }

    /// <summary>Takes a gateway out that will not come back.</summary>
    public void Remove(IGatewayLink link)
    {
        lock (_lock)
            _links = _links.Remove(link);
        Changed();
    }

    /// <summary>A gateway said something new: which table it serves, what is under way, or that it is there.</summary>
    public void Changed() => Interlocked.Exchange(ref _change, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();

    /// <summary>Completes at the next change. Take it before looking, so that nothing falls between.</summary>
    public Task NextChange => Volatile.Read(ref _change).Task;

    public Task AnnounceAsync(ImmutableArray<TrafficRequest> all, CancellationToken cancellationToken)
    {
        Task written;
        lock (_lock)
        {
            foreach (var request in all)
                Note(request);
            _restored = true;
            written = Task.WhenAll(all.Select(r => r.Project).DistinctBy(p => p.Id).Select(p => WriteAsync(p, cancellationToken)));
            if (board is null)
                Publish();
            else
                Show(board.Table);
        }

        Changed();
        return written;
    }

    public Task TakeOverAsync(ProjectId project, CancellationToken cancellationToken) => board?.TakeOverAsync(project, cancellationToken) ?? Task.CompletedTask;

    public async Task<RouteOutcome> ApplyAsync(TrafficRequest request, CancellationToken cancellationToken)
    {
        Task<long?> written;
        lock (_lock)
        {
            Note(request);
            written = board is null ? Task.FromResult<long?>(Publish()) : WriteAsync(request.Project, cancellationToken);
        }

        Changed();
        if (await written is not { } version)
            return new RouteOutcome.Unconfirmed("another server directs this project's traffic now") { Superseded = true };
        if (request.Project.Service is null || request.Environment.Slice is Slice.None)
            return new RouteOutcome.Applied();
        return await WaitAsync(() => Missing(version = Math.Max(version, Outrun())), ConfirmWithin, cancellationToken) is { } why ? new RouteOutcome.Unconfirmed(why) : new RouteOutcome.Applied();
    }

    public Task<TrafficSplit?> ObserveAsync(EnvironmentKey environment, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var served = _links.Where(l => l.IsAlive)
                .Select(l => _recent.FirstOrDefault(t => t.Version == l.Serves) is { } table ? RouteTables.Served(table, environment) : null)
                .Distinct().ToList();
            return Task.FromResult(served is [var only] ? only : null);
        }
    }

    public async Task DrainAsync(InstanceId instance, ImmutableArray<string> endpoints, TimeSpan limit, CancellationToken cancellationToken)
    {
        var version = Table.Version;
        await WaitAsync(() => IsDrained(instance, endpoints, version) ? null : "requests are under way", limit, cancellationToken);
    }

    /// <summary>With no gateway heard of (the server has just started, or the network is cut) nobody knows, and the whole time is given.</summary>
    private bool IsDrained(InstanceId instance, ImmutableArray<string> endpoints, long version)
    {
        var alive = _links.Where(l => l.IsAlive).ToList();
        return alive.Count > 0 && alive.TrueForAll(l => l.InFlight(instance, endpoints, version) is 0);
    }

    /// <summary>Why a version of the table is not served everywhere; null when it is.</summary>
    private string? Missing(long version)
    {
        var alive = _links.Where(l => l.IsAlive).ToList();
        if (alive.Count == 0)
            return "no gateway is connected: start `slipway gateway`, or the server with `--gateway`";
        var late = alive.Where(l => !(l.Serves >= version)).Select(l => l.Name).ToList();
        return late.Count == 0 ? null : $"gateway {string.Join(", ", late)} has not taken the new routes";
    }

    private async Task<string?> WaitAsync(Func<string?> missing, TimeSpan limit, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        while (true)
        {
            var change = NextChange;
            if (missing() is not { } why)
                return null;
            var left = limit - time.GetElapsedTime(begun);
            if (left <= TimeSpan.Zero)
                return why;
            using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(change, Task.Delay(left < TimeSpan.FromSeconds(1) ? left : TimeSpan.FromSeconds(1), time, enough.Token));
            await enough.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>A gateway that serves a newer table than ours has it from before our clock went back: go above it. Returns the version to wait for.</summary>
    private long Outrun()
    {
        lock (_lock)
        {
            return board is null && _restored && _links.Any(l => l.IsAlive && l.Serves > _table.Version)
                ? Publish(atLeast: _links.Max(l => l.Serves ?? 0) + 1)
                : 0;
        }
    }

    /// <summary>Shows the gateways every table that the servers share, until cancelled. Ends at once where they share none.</summary>
    public async Task FollowAsync(CancellationToken cancellationToken)
    {
        while (board is not null)
        {
            var change = board.NextChange;
            lock (_lock)
            {
                if (_restored)
                    Show(board.Table);
            }

            Changed();
            await change.WaitAsync(cancellationToken);
        }
    }

    /// <summary>In the order of the calls: the lock is held.</summary>
    private Task<long?> WriteAsync(Project project, CancellationToken cancellationToken) =>
        board?.WriteAsync(project.Id, RouteTables.Compose([project], _routes).FirstOrDefault(), cancellationToken) ?? Task.FromResult<long?>(null);

    private void Note(TrafficRequest request)
    {
        _projects[request.Project.Id] = request.Project;
        _routes[request.Project.Key(request.Environment)] = RouteTables.Route(request.Environment, request.Split, request.Salt, request.StableEndpoints, request.CandidateEndpoints, request.BaselineEndpoints);
    }

    /// <summary>Versions are milliseconds since 1970, so that they go on rising over restarts without being stored.</summary>
    private long Publish(long atLeast = 0)
    {
        if (!_restored)
            return long.MaxValue;
        var version = Math.Max(Math.Max(_table.Version + 1, atLeast), time.GetUtcNow().ToUnixTimeMilliseconds());
        Show(new RouteTable { Version = version, Services = RouteTables.Compose(_projects.Values, _routes) });
        return version;
    }

    private void Show(RouteTable table)
    {
        if (table.Version <= _table.Version)
            return;
        _table = table;
        _recent.Enqueue(_table);
        if (_recent.Count > RecentTables)
            _recent.Dequeue();
        foreach (var link in _links)
            link.Offer(_table);
    }
}
