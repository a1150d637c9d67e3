using static Slipway.Core.Analysis.Sentences;

namespace Slipway.Core.Analysis;

/// <summary>
/// Latency of the candidate against the baseline's. Can only fail: nothing here shows that a candidate is quick enough, so no gate
/// waits for it. The baseline is learned until the first comparison, and frozen then.
/// </summary>
internal sealed class LatencyCheck : Check
{
    /// <summary>Fewer past requests say too little about a tail.</summary>
    public const long EnoughBaseline = 500;

    private readonly LatencyMapping _mapping;
    private readonly double _limit;
    private readonly long[] _learned = new long[LatencyMapping.Buckets];
    private readonly long[] _candidate = new long[LatencyMapping.Buckets];
    private readonly long[] _baseline = new long[LatencyMapping.Buckets];
    private readonly Latencies _candidateLatencies = new();
    private readonly Latencies _baselineLatencies = new();
    private LatencyDetector? _detector;
    private long _learnedRequests;
    private bool _isWarm;

    public LatencyCheck(CheckSpec.Latency spec)
        : base(spec)
    {
        _mapping = new LatencyMapping(spec.Tolerance, spec.Floor);
        _limit = -Math.Log(spec.Alpha);
    }

    public override double? LogEvidence => _detector?.LogEvidence ?? 0;

    public override double? LogLimit => _limit;

    public override bool IsAtLimit => _detector?.LogEvidence >= _limit;

    public override void Learn(TimeSpan at, in SideTick baseline)
    {
        if (Spec.From is null)
        {
            Learn(baseline);
        }
    }

    protected override void Update(in Tick tick)
    {
        _isWarm = true;
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
            Compare(_detector, tick);
        }
    }

    protected override string? Update(TimeSpan at, Measurement candidate, Measurement? baseline, bool isWarm)
    {
        if (candidate is not Measurement.Latencies c || baseline is not Measurement.Latencies b)
        {
            return "the source gave no histograms of both sides";
        }

        var tick = new Tick(at, SideTick.Of(c), SideTick.Of(b), Noise.Unknown, Noise.Unknown);
        if (isWarm)
        {
            Update(tick);
        }
        else
        {
            Learn(tick.Baseline);
        }

        return null;
    }

    protected override void SyncMore(Snapshot state)
    {
        var isFrozen = _detector is not null;
        state.Sync(_learned);
        state.Sync(ref _learnedRequests);
        state.Sync(ref _isWarm);
        state.Sync(ref isFrozen);
        _detector ??= isFrozen ? Frozen() : null;
        _detector?.Sync(state);
        _candidateLatencies.Sync(state);
        _baselineLatencies.Sync(state);
    }

    protected override CheckReport Describe(in Totals totals) =>
        totals.Report(Spec.Name, IsAtLimit ? Verdict.Fail : Verdict.Inconclusive, Summary(totals)) with
        {
            LogEvidence = LogEvidence,
            LogLimit = _limit,
            Latency = Compared,
        };

    /// <summary>Made from what was learned, the same now and after a restart.</summary>
    private LatencyDetector Frozen() => LatencyDetector.Moved(_learned);

    private LatencySummary? Compared => _candidateLatencies.Total == 0 || _baselineLatencies.Total == 0 ? null : new(
        _candidateLatencies.Quantile(0.5),
        _baselineLatencies.Quantile(0.5),
        _candidateLatencies.Quantile(0.95),
        _baselineLatencies.Quantile(0.95));

    // A source that counts requests but no latencies must not look like one whose requests are all quick, or all failed.
    private static bool IsMeasured(in SideTick side) => side.Answered == 0 || side.Latency.Counts is { IsDefaultOrEmpty: false };

    private void Learn(in SideTick baseline)
    {
        if (IsMeasured(baseline))
        {
            LatencyMapping.Plain.AddTo(_learned, baseline, moveSlowest: false);
            _learnedRequests += baseline.Requests;
        }
    }

    private void Compare(LatencyDetector detector, in Tick tick)
    {
        Array.Clear(_candidate);
        Array.Clear(_baseline);
        _mapping.AddTo(_candidate, tick.Candidate, moveSlowest: true);
        LatencyMapping.Plain.AddTo(_baseline, tick.Baseline, moveSlowest: false);
        detector.Update(tick.At, _candidate, _baseline, 1 / (Spec.Dispersion ?? tick.Jitter));
        _candidateLatencies.Add(tick.Candidate.Latency);
        _baselineLatencies.Add(tick.Baseline.Latency);
    }

    private static string Failures(in Totals totals) => totals.CandidateErrors == 0
        ? ""
        : $"; failures, counted as slowest: {Share(totals.CandidateErrors, totals.CandidateRequests)} against "
            + Share(totals.BaselineErrors, totals.BaselineRequests);

    private string Summary(in Totals totals) => (_detector, Compared) switch
    {
        (null, _) when !_isWarm => $"Not compared yet: the candidate's first {Time(Spec.WarmUp)} with traffic are left out",
        (null, _) => Text($"Not compared yet: {Count(_learnedRequests)} of the {EnoughBaseline} baseline requests needed first were seen"),
        (_, null) => "Nothing to compare yet: both sides need answered requests",
        (_, { } seen) => $"Median {Time(seen.CandidateMedian)} against {Time(seen.BaselineMedian)}, 95 of 100 requests within "
            + $"{Time(seen.CandidateP95)} against {Time(seen.BaselineP95)}{Failures(totals)}; {Evidence(_detector.LogEvidence, _limit)}",
    };
}
