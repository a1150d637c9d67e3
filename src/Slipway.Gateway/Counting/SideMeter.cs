using System.Collections.Immutable;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Core.Traffic;

namespace Slipway.Gateway.Counting;

/// <summary>
/// Counts the requests to one version's instances of one role in one environment. Counters only ever grow (and wrap around); a second's figures are the
/// difference between two readings, so nothing is lost or counted twice however readings and requests interleave. Every ending is one
/// increment of one cell, from which all of its figures follow, so a second's figures always agree with each other.
/// </summary>
internal sealed class SideMeter(EnvironmentKey environment, CandidateId candidate, InstanceRole role)
{
    // What Close reads first must have been written last: endings before beginnings, so that in flight never reads too low.
    private const int Entered = 0;
    private const int Withdrawn = 1;
    private const int Left = 2;
    private const int Abandoned = 3;
    private const int NoAnswer = 4;
    private const int Fine = 5;
    private const int ClientError = Fine + Buckets;
    private const int ServerError = ClientError + Buckets;
    private const int Ended = ServerError + Buckets;

    // The same endings once more, by shards of the users: each is one cell more, and an error two. They agree with the others to a request under way.
    private const int Speeds = Ended;
    private const int ShardErrors = Speeds + (ShardCounts.Count * ShardCounts.Steps);
    private const int Cells = ShardErrors + ShardCounts.Count;
    private const int Buckets = LatencyHistogram.MaxIndex - LatencyHistogram.MinIndex + 1;

    private readonly StripedCells _cells = new(Cells);
    private readonly ClientCounter _clients = new();
    private readonly uint[] _reported = new uint[Cells];
    private uint _reportedStarted;
    private volatile ImmutableDictionary<string, RoutedEndpoint> _endpoints = ImmutableDictionary<string, RoutedEndpoint>.Empty;
    private ImmutableArray<RoutedEndpoint> _next = [];
    private ImmutableArray<RoutedEndpoint> _routed = [];
    private ImmutableArray<RouteCounter> _routes = [];
    private TaskCompletionSource? _drained;

    public EnvironmentKey Environment { get; } = environment;

    public CandidateId Candidate { get; } = candidate;

    public InstanceRole Role { get; } = role;

    /// <summary>Requests under way. May be too high for an instant, never too low.</summary>
    public long InFlight
    {
        get
        {
            var over = Sum(Left) + Sum(Withdrawn);
            return Math.Max(0, (int)(Sum(Entered) - over));
        }
    }

    /// <summary>Its addresses with requests under way, and how many.</summary>
    public ImmutableSortedDictionary<string, long> ByEndpoint =>
        _endpoints.Values.Select(e => KeyValuePair.Create(e.Address, (long)e.InFlight)).Where(e => e.Value > 0).ToImmutableSortedDictionary(StringComparer.Ordinal);

    /// <summary>Requests under way to one of its addresses; 0 for one that it does not have.</summary>
    public long InFlightAt(string address) => _endpoints.GetValueOrDefault(address)?.InFlight ?? 0;

    /// <summary>The endpoints that a table to come has, each the same as before where it was in an older one. One caller at a time.</summary>
    public ImmutableArray<RoutedEndpoint> Route(IEnumerable<string> addresses)
    {
        _next = [.. addresses.Select(a => _endpoints.GetValueOrDefault(a) ?? new RoutedEndpoint(a))];
        foreach (var endpoint in _next)
            _endpoints = _endpoints.SetItem(endpoint.Address, endpoint);
        return _next;
    }

    /// <summary>The counters of a service's routes, each the same as before where its name was there. One caller at a time.</summary>
    public ImmutableArray<RouteCounter> Part(ImmutableArray<string> routes) =>
        _routes = [.. routes.Select(name => _routes.FirstOrDefault(r => r.Name == name) ?? new RouteCounter(name))];

    /// <summary>That table is the one in use. Other endpoints are forgotten after their last request.</summary>
    public void Keep() => _routed = _next;

    public void Enter() => Interlocked.Increment(ref Stripe()[Entered]);

    /// <summary>Takes back an <see cref="Enter"/> that was not sent after all.</summary>
    public void Withdraw()
    {
        Interlocked.Increment(ref Stripe()[Withdrawn]);
        TellIfDrained();
    }

    /// <param name="ending">How it ended.</param>
    /// <param name="status">The version's answer; only looked at when it answered.</param>
    /// <param name="seconds">From the gateway's receipt to the end of the answer.</param>
    /// <param name="user">Whose request it was; null for a copy.</param>
    public void Leave(Ending ending, int status, double seconds, RequestUser? user = null)
    {
        var stripe = Stripe();
        var bucket = LatencyHistogram.IndexOf(seconds);
        Interlocked.Increment(ref stripe[CellOf(ending, status, bucket)]);
        if (ending != Ending.Abandoned)
        {
            var failed = ending.IsError(status);
            _clients.Leave(user, failed);
            if (user is { Shard: var shard })
                LeaveShard(stripe, ending, failed, bucket, shard);
        }

        Interlocked.Increment(ref stripe[Left]);
        TellIfDrained();
    }

    /// <summary>Completes when no request is under way; those that begin later are not waited for.</summary>
    public async Task DrainAsync(CancellationToken cancellation)
    {
        // A signal may stem from before this call: only the count says that it is over.
        while (InFlight > 0)
        {
            var mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var signal = Interlocked.CompareExchange(ref _drained, mine, null) ?? mine;
            TellIfDrained();
            await signal.Task.WaitAsync(cancellation);
        }
    }

    /// <summary>What happened since the last call; null when nothing began, ended or waited. One caller at a time.</summary>
    public SideCounts? Close()
    {
        var clients = _clients.Close();
        Span<uint> ended = stackalloc uint[Cells];
        var anything = 0u;
        var over = 0u;
        for (var cell = Abandoned; cell < Cells; cell++)
        {
            var total = Sum(cell);
            over += cell < Ended ? total : 0;
            ended[cell] = total - _reported[cell];
            anything |= ended[cell];
            _reported[cell] = total;
        }

        var instances = CloseInstances();
        foreach (var (address, endpoint) in _endpoints.Where(e => e.Value.InFlight == 0 && !_routed.Contains(e.Value)))
            _endpoints = _endpoints.Remove(address);
        var started = CloseStarted(out var startedEver);
        var inFlight = Math.Max(0, (int)(startedEver - over));
        return anything == 0 && started == 0 && inFlight == 0 ? null : Counts(started, inFlight, ended, clients) with { Instances = instances };
    }

    private static void LeaveShard(uint[] stripe, Ending ending, bool failed, int bucket, int shard)
    {
        Interlocked.Increment(ref stripe[Speeds + (shard * ShardCounts.Steps) + ending.Speed(bucket)]);
        if (failed)
            Interlocked.Increment(ref stripe[ShardErrors + shard]);
    }

    /// <summary>Null where too few instances are routed to compare them.</summary>
    private ShardCounts? CloseInstances()
    {
        Span<long> speeds = stackalloc long[ShardCounts.Count * ShardCounts.Steps];
        Span<long> errors = stackalloc long[ShardCounts.Count];
        speeds.Clear();
        errors.Clear();
        foreach (var endpoint in _endpoints.Values)
            endpoint.Close(speeds, errors);
        return _routed.Length < ShardCounts.LeastInstances || speeds.IndexOfAnyExcept(0L) < 0 ? null : new([.. speeds], [.. errors]);
    }

    private static int CellOf(Ending ending, int status, int bucket) => ending switch
    {
        Ending.NoAnswer => NoAnswer,
        Ending.Abandoned => Abandoned,
        _ => (status >= 500 ? ServerError : status >= 400 ? ClientError : Fine) + bucket - LatencyHistogram.MinIndex,
    };

    private static long Total(ReadOnlySpan<uint> cells)
    {
        var total = 0L;
        foreach (var cell in cells)
            total += cell;
        return total;
    }

    private static LatencyHistogram Latency(ReadOnlySpan<uint> ended)
    {
        var counts = new long[Buckets];
        for (var i = 0; i < Buckets; i++)
            counts[i] = (long)ended[Fine + i] + ended[ClientError + i] + ended[ServerError + i];
        var first = counts.AsSpan().IndexOfAnyExcept(0L);
        if (first < 0)
            return LatencyHistogram.Empty;
        var last = counts.AsSpan().LastIndexOfAnyExcept(0L);
        return new(LatencyHistogram.MinIndex + first, [.. counts[first..(last + 1)]]);
    }

    private uint[] Stripe() => _cells.Mine;

    private uint Sum(int cell) => _cells.Sum(cell);

    /// <summary>A request that entered before a reading and withdrew after it was reported as started: make good by reporting one less later.</summary>
    private uint CloseStarted(out uint startedEver)
    {
        var withdrawn = Sum(Withdrawn);
        startedEver = Sum(Entered) - withdrawn;
        var started = startedEver - _reportedStarted;
        if ((int)started < 0)
            return 0;
        _reportedStarted = startedEver;
        return started;
    }

    private SideCounts Counts(uint started, int inFlight, ReadOnlySpan<uint> ended, in ClientSecond clients) => new()
    {
        Environment = Environment,
        Candidate = Candidate,
        Role = Role,
        Started = started,
        Completed = Total(ended[NoAnswer..Ended]),
        ServerErrors = Total(ended[ServerError..Ended]),
        ClientErrors = Total(ended[ClientError..ServerError]),
        NoAnswer = ended[NoAnswer],
        InFlight = inFlight,
        Latency = Latency(ended),
        Shards = Shards(ended[Speeds..ShardErrors], ended[ShardErrors..], clients),
        Clients = clients.Of(Total(ended[NoAnswer..Ended])),
        Strata = _routes.IsEmpty ? default : [.. _routes.Select(r => r.Close()).OfType<StratumCounts>().OrderBy(s => s.Name, StringComparer.Ordinal)],
    };

    /// <summary>Null for a second in which no request that ended had a shard.</summary>
    private static ShardCounts? Shards(ReadOnlySpan<uint> speeds, ReadOnlySpan<uint> errors, in ClientSecond clients) =>
        speeds.IndexOfAnyExcept(0u) < 0 ? null : new(Wide(speeds), Wide(errors)) { Clients = clients.Seen, FailedClients = clients.Failed };

    private static ImmutableArray<long> Wide(ReadOnlySpan<uint> cells)
    {
        var wide = new long[cells.Length];
        for (var i = 0; i < wide.Length; i++)
            wide[i] = cells[i];
        return ImmutableArray.Create(wide);
    }

    private void TellIfDrained()
    {
        if (Volatile.Read(ref _drained) is not null && InFlight == 0)
            Interlocked.Exchange(ref _drained, null)?.TrySetResult();
    }
}
