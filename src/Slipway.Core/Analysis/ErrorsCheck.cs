using static Slipway.Core.Analysis.Sentences;

namespace Slipway.Core.Analysis;

/// <summary>Error rate of the candidate against the baseline's. Passes when the largest gate is safe.</summary>
internal sealed class ErrorsCheck : Check
{
    private static readonly TimeSpan LongWithoutBaseline = TimeSpan.FromSeconds(30);

    private readonly RateDetector _detector;
    private readonly double _limit;
    private readonly Gate? _largest;
    private TimeSpan? _baselineMissingSince;
    private TimeSpan _now;

    public ErrorsCheck(CheckSpec.Errors spec, Gate? largest)
    {
        _detector = new RateDetector(RateKind.Bernoulli, spec.Tolerance, spec.AbsoluteTolerance);
        _limit = -Math.Log(spec.Alpha);
        _largest = largest;
    }

    protected override bool IsAtLimit => _detector.LogEvidence >= _limit;

    public override void Learn(TimeSpan at, in SideTick baseline) => _detector.Learn(at, baseline.Requests, baseline.Errors);

    protected override void Update(in Tick tick)
    {
        _now = tick.At;
        _baselineMissingSince = tick.Baseline.Requests > 0 ? null : _baselineMissingSince ?? _now;
        _detector.Update(tick.At, tick.Window);
    }

    protected override CheckReport Describe(in Totals totals)
    {
        var verdict = IsAtLimit ? Verdict.Fail : _largest is { IsSafe: true } ? Verdict.Pass : Verdict.Inconclusive;
        return totals.Report("errors", verdict, Summary(totals)) with { LogEvidence = _detector.LogEvidence, LogLimit = _limit };
    }

    private string Summary(in Totals totals)
    {
        var candidate = $"{Count(totals.CandidateErrors)} of {Requests(totals.CandidateRequests)} failed";
        var evidence = Evidence(_detector.LogEvidence, _limit);
        if (totals.CandidateRequests == 0)
        {
            return "The candidate has completed no request yet";
        }

        return _now - _baselineMissingSince >= LongWithoutBaseline || totals.BaselineRequests == 0
            ? $"{candidate} on the candidate, but there is no baseline traffic to compare with; {evidence}"
            : $"{candidate}, {Count(totals.BaselineErrors)} of {Count(totals.BaselineRequests)} on the baseline: "
                + $"{Share(totals.CandidateErrors, totals.CandidateRequests)} against {Share(totals.BaselineErrors, totals.BaselineRequests)}; {evidence}";
    }
}
