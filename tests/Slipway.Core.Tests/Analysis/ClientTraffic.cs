using System.Collections.Immutable;
using Slipway.Core.Traffic;
using static Slipway.Core.Tests.Analysis.SimulatedTraffic;

namespace Slipway.Core.Tests.Analysis;

/// <summary>A service whose clients ask several times a second, each of them always on one side. Whoever meets a failure asks again at once, in vain.</summary>
internal sealed class ClientTraffic(int seed)
{
    private readonly Random _random = new(seed);
    private readonly Random _times = new(seed);

    /// <summary>Clients a second on each side.</summary>
    public int Candidates { get; init; } = 10;

    public int Baselines { get; init; } = 90;

    public int RequestsPerClient { get; init; } = 1;

    /// <summary>How often a client asks again within the second, failing each time.</summary>
    public int Retries { get; init; } = 20;

    public double BaselineErrors { get; init; } = 0.003;

    public double CandidateErrors { get; init; } = 0.003;

    /// <summary>Share of the candidate's clients that fail with everything they ask.</summary>
    public double Broken { get; init; }

    public (SideCounts Candidate, SideCounts Baseline) Second() => (Side(Candidates, CandidateErrors, Broken), Baseline());

    public SideCounts Baseline() => Side(Baselines, BaselineErrors, 0);

    /// <summary>What a gateway says that does not know clients.</summary>
    public static SideCounts ByRequest(SideCounts side) => side with { Clients = null, Shards = side.Shards! with { Clients = default, FailedClients = default } };

    private SideCounts Side(int clients, double errors, double broken)
    {
        long[] speeds = new long[ShardCounts.Count * ShardCounts.Steps], failures = new long[ShardCounts.Count], seen = new long[ShardCounts.Count], failed = new long[ShardCounts.Count];
        for (var i = 0; i < clients; i++)
        {
            var (shard, first) = (_random.Next(ShardCounts.Count), 0);
            var isBroken = _random.NextDouble() < broken;
            for (var r = 0; r < RequestsPerClient; r++)
                first += isBroken || _random.NextDouble() < errors ? 1 : 0;
            var again = first > 0 ? Retries : 0;
            speeds[shard * ShardCounts.Steps] += RequestsPerClient + again;
            failures[shard] += first + again;
            seen[shard]++;
            failed[shard] += first > 0 ? 1 : 0;
        }

        return Counts(speeds.Sum(), speeds.Sum(), failures.Sum()) with
        {
            Latency = Latencies(speeds.Sum()),
            Clients = new(seen.Sum(), failed.Sum(), speeds.Sum()),
            Shards = new(ImmutableArray.Create(speeds), ImmutableArray.Create(failures)) { Clients = ImmutableArray.Create(seen), FailedClients = ImmutableArray.Create(failed) },
        };
    }

    /// <summary>Lognormal around 80 ms.</summary>
    private LatencyHistogram Latencies(long requests)
    {
        var counts = new long[260];
        for (var i = 0L; i < requests; i++)
            counts[Math.Clamp((int)(130 + (25 * Math.Sqrt(-2 * Math.Log(1 - _times.NextDouble())) * Math.Cos(2 * Math.PI * _times.NextDouble()))), 0, counts.Length - 1)]++;
        return new(LatencyHistogram.IndexOf(0.080) - 130, ImmutableArray.Create(counts));
    }
}
