using Slipway.Core.Traffic;

namespace Slipway.Core.Analysis;

/// <summary>
/// From the gateway's fine buckets (scale 5) to the detector's coarse ones (scale 3, about 9 % wide), with what is tolerated taken
/// off first. Failed requests have a bucket of their own above all others: an outage must not look quick.
/// </summary>
internal sealed class LatencyMapping
{
    private const int Scale = 3;
    private const int Lowest = LatencyHistogram.MinIndex >> (LatencyHistogram.Scale - Scale);
    private const int Highest = LatencyHistogram.MaxIndex >> (LatencyHistogram.Scale - Scale);

    /// <summary>The bucket of failed requests.</summary>
    public const int Failed = Highest - Lowest + 1;

    public const int Buckets = Failed + 1;

    private readonly int[] _coarse = new int[LatencyHistogram.MaxIndex - LatencyHistogram.MinIndex + 1];

    /// <summary>
    /// Maps <c>value / (1 + tolerance) - floor</c>, taken at a fine bucket's lower bound: a candidate is never shown slower than it
    /// is, so the evidence stays valid and the margin may only be up to one fine bucket (2.2 %) wider than asked for.
    /// </summary>
    /// <param name="tolerance">Relative, 0 or more.</param>
    /// <param name="floor">Absolute, 0 or more.</param>
    public LatencyMapping(double tolerance, TimeSpan floor)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(tolerance);
        ArgumentOutOfRangeException.ThrowIfLessThan(floor, TimeSpan.Zero);
        for (var i = 0; i < _coarse.Length; i++)
        {
            var least = (LatencyHistogram.LowerBound(i + LatencyHistogram.MinIndex) / (1 + tolerance)) - floor.TotalSeconds;
            _coarse[i] = CoarseOf(least);
        }
    }

    /// <summary>With nothing taken off; exact, as four fine buckets make a coarse one.</summary>
    public static LatencyMapping Plain { get; } = new(0, TimeSpan.Zero);

    /// <summary>The coarse bucket of a fine index, from 0; indices outside the kept range count at its ends.</summary>
    public int Of(int fine) => _coarse[Math.Clamp(fine, LatencyHistogram.MinIndex, LatencyHistogram.MaxIndex) - LatencyHistogram.MinIndex];

    /// <summary>Exclusive lower bound of a coarse bucket in seconds.</summary>
    public static double LowerBound(int coarse) => Math.Pow(2, (coarse + Lowest) / (double)(1 << Scale));

    /// <summary>
    /// Adds one side's requests, one count a request. Server errors are in the histogram but nobody knows where, so for the candidate
    /// the slowest answers are moved to the failed bucket and for the baseline the quickest: whichever they were, the candidate
    /// then looks no slower, and the baseline no quicker, than with the right ones moved. So the evidence stays valid.
    /// </summary>
    /// <param name="byClient">A client's failures of one second count as one request; the rest of them is left out.</param>
    public void AddTo(Span<long> coarse, in SideTick side, bool moveSlowest, bool byClient = false)
    {
        Span<long> added = stackalloc long[Buckets];
        added.Clear();
        var counts = side.Latency.Counts.AsSpan();
        for (var i = 0; i < counts.Length; i++)
        {
            added[Of(side.Latency.Offset + i)] += Math.Max(0, counts[i]);
        }

        var left = side.ServerErrors;
        for (var i = 0; i < Failed; i++)
        {
            var from = moveSlowest ? Failed - 1 - i : i;
            var moved = Math.Min(left, added[from]);
            added[from] -= moved;
            added[Failed] += moved;
            left -= moved;
        }

        added[Failed] += side.NoAnswer;
        added[Failed] = byClient && side.Clients is { } clients ? Math.Min(clients.Failed, added[Failed]) : added[Failed];
        for (var i = 0; i < Buckets; i++)
        {
            coarse[i] += added[i];
        }
    }

    // A value at a coarse bound belongs above it (bounds are exclusive); the epsilon keeps rounding from dropping it below.
    private static int CoarseOf(double seconds) =>
        seconds <= 0 ? 0 : Math.Clamp((int)Math.Floor((Math.Log2(seconds) * (1 << Scale)) + 1e-9), Lowest, Highest) - Lowest;
}
