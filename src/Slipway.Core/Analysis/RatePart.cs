namespace Slipway.Core.Analysis;

/// <summary>Requests and errors of all of the traffic, or of a stratum, and what a detector makes of them.</summary>
internal sealed class RatePart(RateDetector detector) : IPart
{
    private Window _seen;

    public double LogEvidence => detector.LogEvidence;

    /// <summary>Since the comparison began.</summary>
    public Window Seen => _seen;

    /// <summary>How many times as often as in the baseline; null while that counted none.</summary>
    public double? Ratio => _seen is { CandidateRequests: > 0, BaselineErrors: > 0 } ? _seen.CandidateErrors / _seen.CandidateRequests / (_seen.BaselineErrors / _seen.BaselineRequests) : null;

    public void Learn(TimeSpan at, double requests, double errors) => detector.Learn(at, requests, errors);

    /// <summary>Before the first bet: what was learned, and what waits for the candidate, was counted in another unit.</summary>
    public void Recount(BaselineRate past, in Window waiting, double temper)
    {
        _seen = waiting;
        detector.Recount(past, waiting, temper);
    }

    /// <param name="scale">As <see cref="RateDetector.Update"/>.</param>
    public void Update(TimeSpan at, in Window seen, double temper, double scale = 1)
    {
        _seen += seen;
        detector.Update(at, seen, temper, scale);
    }

    public void Sync(Snapshot state)
    {
        detector.Sync(state);
        state.Sync(ref _seen);
    }
}
