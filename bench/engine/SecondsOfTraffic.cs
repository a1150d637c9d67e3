using System.Collections.Immutable;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Core.Traffic;

namespace Slipway.Bench.Engine;

/// <summary>
/// What a gateway counts of both sides of a rollout in one second, all that it counts: answers by how long they took, by shards of the users, and by who
/// asked. Made once, so that the benchmark does not measure the making.
/// </summary>
internal static class SecondsOfTraffic
{
    private const int Different = 64;

    private static readonly ImmutableArray<(SideCounts Candidate, SideCounts Stable)> Made = Make();

    /// <summary>Of one rollout: 10 requests on the candidate, 90 on stable, another second each time.</summary>
    public static SideCounts[] Of(EnvironmentKey environment, int rollout, int second)
    {
        var (candidate, stable) = Made[((rollout * 31) + second) % Different];
        return [candidate with { Environment = environment }, stable with { Environment = environment }];
    }

    private static ImmutableArray<(SideCounts Candidate, SideCounts Stable)> Make()
    {
        Random random = new(1);
        return [.. Enumerable.Range(0, Different).Select(_ => (Side(random, "2.0.0", 10), Side(random, "1.0.0", 90)))];
    }

    private static SideCounts Side(Random random, string version, int requests)
    {
        var errors = Enumerable.Range(0, requests).Count(_ => random.NextDouble() < 0.005);
        SortedDictionary<int, long> buckets = [];
        var (speeds, failed, clients, failedClients) = (new long[ShardCounts.Count * ShardCounts.Steps], new long[ShardCounts.Count], new long[ShardCounts.Count], new long[ShardCounts.Count]);
        for (var i = 0; i < requests; i++)
        {
            var normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            var bucket = LatencyHistogram.IndexOf(0.05 * Math.Exp(0.5 * normal));
            buckets[bucket] = buckets.GetValueOrDefault(bucket) + 1;
            var shard = random.Next(ShardCounts.Count);
            speeds[(shard * ShardCounts.Steps) + ShardCounts.Speed(bucket)]++;
            clients[shard]++;
            if (i >= errors)
                continue;
            failed[shard]++;
            failedClients[shard]++;
        }

        var first = buckets.Keys.First();
        return new SideCounts
        {
            Environment = default, Candidate = new CandidateId(version), Started = requests, Completed = requests, ServerErrors = errors,
            Latency = new LatencyHistogram(first, [.. Enumerable.Range(first, buckets.Keys.Last() - first + 1).Select(b => buckets.GetValueOrDefault(b))]),
            Shards = new ShardCounts(ImmutableArray.Create(speeds), ImmutableArray.Create(failed)) { Clients = [.. clients], FailedClients = [.. failedClients] },
            Clients = new ClientCounts(requests, errors, requests),
        };
    }
}
