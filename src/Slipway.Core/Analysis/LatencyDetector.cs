namespace Slipway.Core.Analysis;

/// <summary>
/// Evidence that the candidate is slower than the baseline in some way: everywhere, in the slow half, or in the far tail. Roll
/// back when <see cref="LogEvidence"/> reaches <c>ln(1/α)</c>. Allocates nothing after its construction.
/// </summary>
internal sealed class LatencyDetector
{
    private readonly double[][] _tilts;
    private readonly double[][] _logs;
    private readonly double[] _gains;
    private readonly RestartMixture _mixture;
    private readonly long[] _candidate;
    private readonly long[] _baseline;
    private bool _hasCandidate;
    private bool _hasBaseline;
    private double _temper = 1;

    /// <param name="frozen">The baseline from before the first update, counts of each bucket.</param>
    /// <param name="stakes">The default when null.</param>
    /// <param name="moved">Bets on a slow-down by a constant factor as well; see <see cref="Analysis.Tilts.Of"/>.</param>
    public LatencyDetector(ReadOnlySpan<long> frozen, Stakes? stakes = null, bool moved = false)
    {
        _tilts = Analysis.Tilts.Of(frozen, moved);
        _logs = [.. _tilts.Select(tilt => tilt.Select(r => Math.Log(r)).ToArray())];
        _gains = new double[_tilts.Length];
        _mixture = new RestartMixture(_tilts.Length, stakes ?? Stakes.Default);
        _candidate = new long[frozen.Length];
        _baseline = new long[frozen.Length];
    }

    /// <summary>As the product's check has it: with the bets on a constant factor, and most of the stake bet from the start.</summary>
    public static LatencyDetector Moved(ReadOnlySpan<long> frozen) => new(frozen, Stakes.OfLatency, moved: true);

    /// <summary>What is bet on: the odds of each bucket, bet by bet.</summary>
    public IReadOnlyList<double[]> Tilts => _tilts;

    public double LogEvidence => _mixture.LogEvidence;

    public double LogStatic => _mixture.LogStatic;

    /// <summary>Takes the counts of each bucket since the call before. They wait until both sides have some.</summary>
    /// <param name="temper">Share of the evidence that is believed (1/φ), above 0 to 1, fixed before the window began: of counts that wait, the first one's.</param>
    public void Update(TimeSpan at, ReadOnlySpan<long> candidate, ReadOnlySpan<long> baseline, double temper = 1)
    {
        _temper = _hasCandidate || _hasBaseline ? _temper : temper;
        _hasCandidate |= Add(candidate, _candidate);
        _hasBaseline |= Add(baseline, _baseline);
        if (!(_hasCandidate && _hasBaseline))
        {
            return;
        }

        Bet(_temper);
        _mixture.Bet(at, _gains);
        Array.Clear(_candidate);
        Array.Clear(_baseline);
        _hasCandidate = _hasBaseline = false;
    }

    /// <summary>All but the odds, which follow from what the detector was made of.</summary>
    public void Sync(Snapshot state)
    {
        _mixture.Sync(state);
        state.Sync(_candidate);
        state.Sync(_baseline);
        state.Sync(ref _hasCandidate);
        state.Sync(ref _hasBaseline);
        state.Sync(ref _temper);
    }

    private void Bet(double temper)
    {
        // One second fills a small part of the range.
        var first = Math.Min(_candidate.AsSpan().IndexOfAnyExcept(0), _baseline.AsSpan().IndexOfAnyExcept(0));
        var length = Math.Max(_candidate.AsSpan().LastIndexOfAnyExcept(0), _baseline.AsSpan().LastIndexOfAnyExcept(0)) - first + 1;
        for (var k = 0; k < _gains.Length; k++)
        {
            _gains[k] = temper * Analysis.LogEvidence.OfLabels(
                _candidate.AsSpan(first, length), _baseline.AsSpan(first, length), _tilts[k].AsSpan(first, length), _logs[k].AsSpan(first, length));
        }
    }

    private static bool Add(ReadOnlySpan<long> counts, long[] to)
    {
        var any = false;
        for (var i = 0; i < to.Length; i++)
        {
            to[i] += counts[i];
            any |= counts[i] > 0;
        }

        return any;
    }
}
