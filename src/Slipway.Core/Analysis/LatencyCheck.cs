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
    private readonly TimeSpan _warmUp;
    private readonly double _limit;
    private readonly long[] _learned = new long[LatencyMapping.Buckets];
    private readonly long[] _candidate = new long[LatencyMapping.Buckets];
    private readonly long[] _baseline = new long[LatencyMapping.Buckets];
    private readonly Latencies _candidateLatencies = new();
    private readonly Latencies _baselineLatencies = new();
    private LatencyDetector? _detector;
    private TimeSpan? _comparedFrom;
    private long _learnedRequests;
    private bool _isWarm;

    public LatencyCheck(CheckSpec.Latency spec)
    {
        _mapping = new LatencyMapping(spec.Tolerance, spec.Floor);
        _warmUp = spec.WarmUp;
        _limit = -Math.Log(spec.Alpha);
    }

    protected override bool IsAtLimit => _detector?.LogEvidence >= _limit;

    public override void Learn(TimeSpan at, in SideTick baseline) => Learn(baseline);

    protected override void Update(in Tick tick)
    {
        _comparedFrom ??= tick.At + _warmUp;
        _isWarm = tick.At >= _comparedFrom;
        if (_detector is null && _isWarm && _learnedRequests >= EnoughBaseline)
        {
            _detector = new LatencyDetector(_learned);
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

    protected override CheckReport Describe(in Totals totals) =>
        totals.Report("latency", IsAtLimit ? Verdict.Fail : Verdict.Inconclusive, Summary(totals)) with
        {
            LogEvidence = _detector?.LogEvidence ?? 0,
            LogLimit = _limit,
            Latency = Compared,
        };

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
        detector.Update(tick.At, _candidate, _baseline);
        _candidateLatencies.Add(tick.Candidate.Latency);
        _baselineLatencies.Add(tick.Baseline.Latency);
    }

    private static string Failures(in Totals totals) => totals.CandidateErrors == 0
        ? ""
        : $"; failures, counted as slowest: {Share(totals.CandidateErrors, totals.CandidateRequests)} against "
            + Share(totals.BaselineErrors, totals.BaselineRequests);

    private string Summary(in Totals totals) => (_detector, Compared) switch
    {
        (null, _) when !_isWarm => $"Not compared yet: the candidate's first {Time(_warmUp)} with traffic are left out",
        (null, _) => Text($"Not compared yet: {Count(_learnedRequests)} of the {EnoughBaseline} baseline requests needed first were seen"),
        (_, null) => "Nothing to compare yet: both sides need answered requests",
        (_, { } seen) => $"Median {Time(seen.CandidateMedian)} against {Time(seen.BaselineMedian)}, 95 of 100 requests within "
            + $"{Time(seen.CandidateP95)} against {Time(seen.BaselineP95)}{Failures(totals)}; {Evidence(_detector.LogEvidence, _limit)}",
    };
}
