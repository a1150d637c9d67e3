namespace Slipway.Core.Analysis;

/// <summary>Latencies of all of the traffic, or of a stratum. The baseline is learned until enough is known of it, and frozen then.</summary>
internal sealed class LatencyPart(LatencyMapping mapping) : IPart
{
    /// <summary>Fewer past requests say too little about a tail.</summary>
    public const long EnoughBaseline = 500;

    private readonly long[] _learned = new long[LatencyMapping.Buckets];
    private readonly Latencies _candidate = new();
    private readonly Latencies _baseline = new();
    private LatencyDetector? _detector;
    private long _learnedRequests;
    private Totals _totals;

    public double LogEvidence => _detector?.LogEvidence ?? 0;

    /// <summary>Whether the baseline is known well enough to compare with.</summary>
    public bool IsComparing => _detector is not null;

    /// <summary>Requests of the baseline that were learned.</summary>
    public long LearnedRequests => _learnedRequests;

    /// <summary>What was compared.</summary>
    public Totals Totals => _totals;

    public LatencySummary? Compared => _candidate.Total == 0 || _baseline.Total == 0 ? null : new(
        _candidate.Quantile(0.5),
        _baseline.Quantile(0.5),
        _candidate.Quantile(0.95),
        _baseline.Quantile(0.95));

    public void Learn(in SideTick baseline)
    {
        if (IsMeasured(baseline))
        {
            LatencyMapping.Plain.AddTo(_learned, baseline, moveSlowest: false);
            _learnedRequests += baseline.Requests;
        }
    }

    /// <param name="temper">Share of the evidence that is believed.</param>
    /// <param name="byClient">A client's failures of one second count as one slow request.</param>
    public void Update(in Tick tick, double temper, bool byClient = false)
    {
        if (_detector is null && _learnedRequests >= EnoughBaseline)
        {
            _detector = Frozen();
        }

        if (_detector is null)
        {
            Learn(tick.Baseline);
        }
        else if (IsMeasured(tick.Candidate) && IsMeasured(tick.Baseline))
        {
            Compare(_detector, tick, temper, byClient);
        }
    }

    public void Sync(Snapshot state)
    {
        var isFrozen = _detector is not null;
        state.Sync(_learned);
        state.Sync(ref _learnedRequests);
        state.Sync(ref isFrozen);
        _detector ??= isFrozen ? Frozen() : null;
        _detector?.Sync(state);
        _candidate.Sync(state);
        _baseline.Sync(state);
        _totals.Sync(state);
    }

    /// <summary>Made from what was learned, the same now and after a restart.</summary>
    private LatencyDetector Frozen() => LatencyDetector.Moved(_learned);

    // A source that counts requests but no latencies must not look like one whose requests are all quick, or all failed.
    private static bool IsMeasured(in SideTick side) => side.Answered == 0 || side.Latency.Counts is { IsDefaultOrEmpty: false };

    private void Compare(LatencyDetector detector, in Tick tick, double temper, bool byClient)
    {
        Span<long> candidate = stackalloc long[LatencyMapping.Buckets];
        Span<long> baseline = stackalloc long[LatencyMapping.Buckets];
        candidate.Clear();
        baseline.Clear();
        mapping.AddTo(candidate, tick.Candidate, moveSlowest: true, byClient);
        LatencyMapping.Plain.AddTo(baseline, tick.Baseline, moveSlowest: false, byClient);
        detector.Update(tick.At, candidate, baseline, temper);
        _candidate.Add(tick.Candidate.Latency);
        _baseline.Add(tick.Baseline.Latency);
        _totals += tick;
    }
}
