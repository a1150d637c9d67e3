using System.Collections.Immutable;
using Slipway.Core.Traffic;

namespace Slipway.Integrations.Metrics.Histograms;

/// <summary>
/// Brings buckets of any layout to the fixed ones of <see cref="LatencyHistogram"/>. A wider bucket is spread evenly in the logarithm (the lowest, which
/// begins at nothing, evenly): how many of its values fall into each fine bucket is what a systematic sample would draw, begun at a point that depends on
/// the window alone. So the same window always gives the same, every value is placed by the same rule on both sides, and none is made up or lost.
/// </summary>
internal sealed class HistogramBuilder(ulong seed)
{
    private readonly SortedDictionary<int, long> _counts = [];
    private ulong _state = seed;

    /// <summary>The start of a systematic sample, from what names the window and its side.</summary>
    public static ulong Seed(DateTimeOffset to, bool candidate) => ((ulong)to.ToUnixTimeMilliseconds() * 2) + (candidate ? 1UL : 0);

    /// <summary>Adds values of one bucket.</summary>
    /// <param name="above">Its exclusive lower bound in seconds; 0 or less: from nothing.</param>
    /// <param name="upTo">Its inclusive upper bound in seconds; infinite: whatever is slower counts just above the lower bound.</param>
    /// <param name="count">Whole, or not where it was estimated; then it is rounded up as often as its fraction says.</param>
    public void Add(double above, double upTo, double count)
    {
        var start = Next();
        var whole = (long)Math.Floor(count + (Math.Abs(count - Math.Round(count)) < 1e-9 ? 0.5 : Next()));
        if (whole <= 0)
            return;
        if (double.IsPositiveInfinity(upTo))
        {
            Count(LatencyHistogram.IndexOf(above) + 1, whole);
            return;
        }

        var placed = 0L;
        var last = LatencyHistogram.IndexOf(upTo);
        for (var i = First(above); i < last && placed < whole; i++)
        {
            var share = Share(LatencyHistogram.LowerBound(i + 1), above, upTo);
            var upToHere = Math.Clamp((long)Math.Ceiling((share * whole) - start), 0, whole);
            Count(i, upToHere - placed);
            placed = upToHere;
        }

        Count(last, whole - placed);
    }

    /// <summary>Adds values of one fine bucket.</summary>
    public void Add(int index, long count) => Count(index, count);

    public LatencyHistogram Build()
    {
        if (_counts.Count == 0)
            return LatencyHistogram.Empty;
        var first = _counts.Keys.First();
        var counts = new long[_counts.Keys.Last() - first + 1];
        foreach (var (index, count) in _counts)
            counts[index - first] = count;
        return new LatencyHistogram(first, ImmutableArray.Create(counts));
    }

    /// <summary>The fine bucket that begins at a bound or holds it.</summary>
    private static int First(double above) => above <= LatencyHistogram.LowerBound(LatencyHistogram.MinIndex) ? LatencyHistogram.MinIndex : LatencyHistogram.IndexOf(above * (1 + 1e-9));

    private static double Share(double bound, double above, double upTo) =>
        Math.Clamp(above <= 0 ? bound / upTo : Math.Log(bound / above) / Math.Log(upTo / above), 0, 1);

    private void Count(int index, long count)
    {
        if (count <= 0)
            return;
        var kept = Math.Clamp(index, LatencyHistogram.MinIndex, LatencyHistogram.MaxIndex);
        _counts[kept] = _counts.GetValueOrDefault(kept) + count;
    }

    /// <summary>0 to 1. SplitMix64: well mixed from seeds that differ in one bit.</summary>
    private double Next()
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return ((z ^ (z >> 31)) >> 11) * (1.0 / (1UL << 53));
    }
}
