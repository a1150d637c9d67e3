namespace Slipway.Integrations.Metrics.Histograms;

/// <summary>
/// Buckets whose bounds are powers of <c>2^(2^-scale)</c>: bucket <c>i</c> holds values in <c>(b^i, b^(i+1)]</c>. OpenTelemetry's exponential and Prometheus'
/// native histograms are both of this kind.
/// </summary>
/// <param name="Scale">-10 to 20; each step up halves the buckets.</param>
/// <param name="Zero">Values too small for any bucket.</param>
/// <param name="Counts">By index; only those that are not empty.</param>
internal sealed record ExponentialBuckets(int Scale, double Zero, IReadOnlyDictionary<int, double> Counts)
{
    /// <summary>Fewer fine buckets than this scale has are not needed: it is that of the detectors' histograms.</summary>
    private const int Finest = Core.Traffic.LatencyHistogram.Scale;

    public double Total => Zero + Counts.Values.Sum();

    /// <summary>The same values in wider buckets; nothing is lost, as every bucket lies in one of them.</summary>
    public ExponentialBuckets Coarsened(int scale)
    {
        if (scale >= Scale)
            return this;
        Dictionary<int, double> counts = [];
        foreach (var (index, count) in Counts)
            counts[index >> (Scale - scale)] = counts.GetValueOrDefault(index >> (Scale - scale)) + count;
        return this with { Scale = scale, Counts = counts };
    }

    public ExponentialBuckets Plus(ExponentialBuckets other)
    {
        var scale = Math.Min(Scale, other.Scale);
        var sum = Coarsened(scale).Counts.ToDictionary();
        foreach (var (index, count) in other.Coarsened(scale).Counts)
            sum[index] = sum.GetValueOrDefault(index) + count;
        return new ExponentialBuckets(scale, Zero + other.Zero, sum);
    }

    /// <summary>What was added since an earlier state of the same histogram; null when it holds less than then: it began anew.</summary>
    public ExponentialBuckets? Since(ExponentialBuckets earlier)
    {
        var scale = Math.Min(Scale, earlier.Scale);
        var (now, then) = (Coarsened(scale), earlier.Coarsened(scale));
        if (Total < earlier.Total || then.Counts.Any(c => now.Counts.GetValueOrDefault(c.Key) < c.Value - 1e-6))
            return null;
        var added = now.Counts.Select(c => (c.Key, Count: c.Value - then.Counts.GetValueOrDefault(c.Key))).Where(c => c.Count > 0).ToDictionary(c => c.Key, c => c.Count);
        return new ExponentialBuckets(scale, Math.Max(0, Zero - earlier.Zero), added);
    }

    /// <param name="unit">Seconds in one of what was measured.</param>
    public void AddTo(HistogramBuilder builder, double unit)
    {
        builder.Add(0, unit * 1e-9, Zero);
        var kept = Coarsened(Finest);
        foreach (var (index, count) in kept.Counts.OrderBy(c => c.Key))
        {
            if (kept.Scale == Finest && unit == 1)
                builder.Add(index, (long)Math.Round(count));
            else
                builder.Add(unit * Bound(kept.Scale, index), unit * Bound(kept.Scale, index + 1), count);
        }
    }

    private static double Bound(int scale, int index) => Math.Pow(2, index * Math.Pow(2, -scale));
}
