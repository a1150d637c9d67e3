using System.Runtime.InteropServices;

namespace Slipway.Core.Traffic;

/// <summary>Adds up counts of the same version over time. Over several gateways the requests in flight are those of whichever spoke last.</summary>
public static class Merging
{
    /// <summary>The sum; the requests in flight are those of the later one.</summary>
    public static SideCounts Then(this SideCounts earlier, SideCounts later) => earlier with
    {
        Started = earlier.Started + later.Started,
        Completed = earlier.Completed + later.Completed,
        ServerErrors = earlier.ServerErrors + later.ServerErrors,
        ClientErrors = earlier.ClientErrors + later.ClientErrors,
        NoAnswer = earlier.NoAnswer + later.NoAnswer,
        InFlight = later.InFlight,
        Latency = earlier.Latency.Plus(later.Latency),
        Shards = Sum(earlier, later, counts => counts.Shards),
        Strata = earlier.Strata.Plus(later.Strata),
        Instances = Sum(earlier, later, counts => counts.Instances),
        Clients = earlier.Clients is { } seen && later.Clients is { } more ? seen.Plus(more) : earlier.Completed == 0 ? later.Clients : later.Completed == 0 ? earlier.Clients : null,
    };

    private static ShardCounts? Sum(SideCounts earlier, SideCounts later, Func<SideCounts, ShardCounts?> of) =>
        of(earlier) is { } a && of(later) is { } b ? a.Plus(b) : earlier.Completed == 0 ? of(later) : later.Completed == 0 ? of(earlier) : null;

    public static LatencyHistogram Plus(this LatencyHistogram a, LatencyHistogram b)
    {
        if (a.Counts.IsEmpty)
            return b;
        if (b.Counts.IsEmpty)
            return a;
        var offset = Math.Min(a.Offset, b.Offset);
        var counts = new long[Math.Max(a.Offset + a.Counts.Length, b.Offset + b.Counts.Length) - offset];
        foreach (var h in (ReadOnlySpan<LatencyHistogram>)[a, b])
        {
            for (var i = 0; i < h.Counts.Length; i++)
                counts[h.Offset - offset + i] += h.Counts[i];
        }

        return new LatencyHistogram(offset, ImmutableCollectionsMarshal.AsImmutableArray(counts));
    }
}
