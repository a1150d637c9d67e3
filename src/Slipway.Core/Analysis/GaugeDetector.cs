using Slipway.Core.Analysis.Judges;

namespace Slipway.Core.Analysis;

/// <summary>
/// Evidence that the mean of paired differences is above 0, whatever their variance: the t-test that may be looked at all the time. Allocates
/// nothing after its construction.
/// </summary>
/// <remarks>Two-sided evidence, taken for nothing while the mean is on the harmless side, so never more than it is worth.</remarks>
internal sealed class GaugeDetector
{
    private long _count;
    private double _mean;
    private double _squares;
    private double _logTwoSided;

    public long Count => _count;

    /// <summary>Of the differences so far.</summary>
    public double Mean => _mean;

    public double LogEvidence => _mean > 0 ? _logTwoSided : Math.Min(0, _logTwoSided);

    /// <summary>Against "the mean is 0", to either side.</summary>
    public double LogTwoSided => _logTwoSided;

    /// <summary>Takes one block's difference; more is worse.</summary>
    public void Update(double difference)
    {
        // Welford's sums keep their digits where a sum of squares would not.
        _count++;
        var off = difference - _mean;
        _mean += off / _count;
        _squares += off * (difference - _mean);
        _logTwoSided = _count < 2 ? 0 : StudentTest.LogEvidence(_mean, _squares / (_count - 1), _count);
    }

    public void Sync(Snapshot state)
    {
        state.Sync(ref _count);
        state.Sync(ref _mean);
        state.Sync(ref _squares);
        state.Sync(ref _logTwoSided);
    }
}
