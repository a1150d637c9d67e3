using Slipway.Core.Traffic;

namespace Slipway.Core.Analysis;

/// <summary>A running sum of the gateway's histograms.</summary>
internal sealed class Latencies
{
    private readonly long[] _counts = new long[LatencyHistogram.MaxIndex - LatencyHistogram.MinIndex + 1];

    private long _total;

    public long Total => _total;

    public void Add(LatencyHistogram histogram)
    {
        var counts = histogram.Counts.AsSpan();
        for (var i = 0; i < counts.Length; i++)
        {
            var count = Math.Max(0, counts[i]);
            _counts[Math.Clamp(histogram.Offset + i, LatencyHistogram.MinIndex, LatencyHistogram.MaxIndex) - LatencyHistogram.MinIndex] += count;
            _total += count;
        }
    }

    /// <summary>Upper bound of the bucket of a quantile from 0 to 1; zero when nothing was added.</summary>
    public TimeSpan Quantile(double quantile)
    {
        var left = quantile * Total;
        var i = 0;
        for (; i < _counts.Length - 1 && left > _counts[i]; i++)
        {
            left -= _counts[i];
        }

        return Total == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(LatencyHistogram.LowerBound(i + LatencyHistogram.MinIndex + 1));
    }

    public void Clear()
    {
        Array.Clear(_counts);
        _total = 0;
    }

    public void Sync(Snapshot state)
    {
        state.Sync(_counts);
        state.Sync(ref _total);
    }
}
