using Slipway.Integrations.Metrics.Histograms;

namespace Slipway.Integrations.Metrics.Otlp;

/// <summary>Counts between bounds of an app's own.</summary>
/// <param name="Bounds">Inclusive upper bounds, rising.</param>
/// <param name="Counts">One more than bounds.</param>
internal sealed record BoundedCounts(double[] Bounds, double[] Counts);

/// <summary>What one point says: a number, or how many values lie in which buckets.</summary>
/// <param name="Number">The value; of a histogram, how many values it holds.</param>
internal sealed record Reading(double Number, ExponentialBuckets? Exponential = null, BoundedCounts? Bounded = null)
{
    /// <summary>What was added since an earlier one of the same stream; null when it holds less than then: it began anew.</summary>
    public Reading? Since(Reading earlier)
    {
        if (Number < earlier.Number)
            return null;
        if (Exponential is not null && earlier.Exponential is not null)
            return Exponential.Since(earlier.Exponential) is { } buckets ? new Reading(Number - earlier.Number, buckets) : null;
        if (Bounded is null || earlier.Bounded is null)
            return Exponential is null && Bounded is null ? new Reading(Number - earlier.Number) : null;
        if (!Bounded.Bounds.SequenceEqual(earlier.Bounded.Bounds))
            return null;
        double[] counts = [.. Bounded.Counts.Zip(earlier.Bounded.Counts, (now, then) => now - then)];
        return counts.Any(c => c < 0) ? null : new Reading(Number - earlier.Number, null, Bounded with { Counts = counts });
    }
}
