namespace Slipway.Integrations.Metrics.Histograms;

/// <summary>Buckets with bounds of their own, as of Prometheus' <c>le</c> and OpenTelemetry's explicit bounds.</summary>
internal static class ClassicBuckets
{
    /// <summary>Adds counts of single buckets.</summary>
    /// <param name="bounds">Inclusive upper bounds, rising; the last bucket, which has none, is above them all.</param>
    /// <param name="counts">One more than bounds.</param>
    /// <param name="unit">Seconds in one of what was measured.</param>
    public static void AddTo(HistogramBuilder builder, IReadOnlyList<double> bounds, IReadOnlyList<double> counts, double unit)
    {
        for (var i = 0; i < counts.Count; i++)
        {
            var above = i == 0 ? 0 : bounds[i - 1] * unit;
            var upTo = i < bounds.Count ? bounds[i] * unit : double.PositiveInfinity;
            if (upTo <= 0)
                builder.Add(0, 1e-9, counts[i]);
            else
                builder.Add(above, upTo, counts[i]);
        }
    }

    /// <summary>Single buckets of cumulative ones. A bucket that holds less than the one below it is empty: the two were not read at the same instant.</summary>
    public static double[] Single(IReadOnlyList<double> cumulative)
    {
        var single = new double[cumulative.Count];
        var below = 0.0;
        for (var i = 0; i < cumulative.Count; i++)
        {
            single[i] = Math.Max(0, cumulative[i] - below);
            below = Math.Max(below, cumulative[i]);
        }

        return single;
    }
}
