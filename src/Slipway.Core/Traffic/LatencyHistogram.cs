using System.Collections.Immutable;

namespace Slipway.Core.Traffic;

/// <summary>
/// A base-2 exponential histogram of seconds at a fixed scale of 5 (OpenTelemetry's exponential histogram: bucket <c>i</c> holds
/// values in <c>(b^i, b^(i+1)]</c> with <c>b = 2^(1/32)</c>, about 2.2 % wide). Finer than the detector's scale 3, so that a
/// tolerance can be taken off before it is coarsened.
/// </summary>
/// <param name="Offset">Bucket index of the first count.</param>
/// <param name="Counts">Counts of consecutive buckets.</param>
public sealed record LatencyHistogram(int Offset, ImmutableArray<long> Counts)
{
    public const int Scale = 5;

    /// <summary>Lowest bucket kept (about 30 microseconds); anything quicker is counted there.</summary>
    public const int MinIndex = -480;

    /// <summary>Highest bucket kept (64 seconds and up).</summary>
    public const int MaxIndex = 192;

    public static LatencyHistogram Empty { get; } = new(0, []);

    /// <summary>The bucket of a duration, clamped to the kept range.</summary>
    public static int IndexOf(double seconds) =>
        seconds <= 0 ? MinIndex : Math.Clamp((int)Math.Ceiling(Math.Log2(seconds) * (1 << Scale)) - 1, MinIndex, MaxIndex);

    /// <summary>Exclusive lower bound of a bucket in seconds.</summary>
    public static double LowerBound(int index) => Math.Pow(2, index / (double)(1 << Scale));

    public long Total => Counts.Sum();
}
