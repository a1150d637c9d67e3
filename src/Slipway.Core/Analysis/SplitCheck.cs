using static Slipway.Core.Analysis.Sentences;

namespace Slipway.Core.Analysis;

/// <summary>How the environment's requests were shared out over the time since the tick before.</summary>
/// <param name="Expected">The candidate's share of the users by the confirmed split, above 0 and below 1.</param>
/// <param name="Candidate">Requests it got.</param>
/// <param name="All">Requests that the environment got.</param>
public readonly record struct SplitSeen(double Expected, long Candidate, long All);

/// <summary>
/// Bets that the candidate's share of the requests is above or below what the split says, by more than is tolerated. A wrong split is a fault of
/// the routing or of the counting, and spoils every comparison.
/// </summary>
internal sealed class SplitCheck(CheckSpec.Split spec) : Check(spec)
{
    private readonly double _limit = -Math.Log(spec.Alpha);

    // The same effects as the rates', to either side.
    private readonly double[] _wealth = [.. Enumerable.Repeat(-Math.Log(2 * RateDetector.Effects.Length), 2 * RateDetector.Effects.Length)];
    private double _log;
    private long _candidate;
    private long _all;
    private double _expected;

    public override double? LogEvidence => _log;

    public override double? LogLimit => _limit;

    public override bool IsAtLimit => _log >= _limit;

    public override void Learn(TimeSpan at, in SideTick baseline)
    {
        // Before the candidate has traffic there is no split.
    }

    /// <param name="temper">1/φ of the requests: those of one user come together.</param>
    public void Observe(in SplitSeen seen, double temper)
    {
        if (HasFailed || seen.All <= 0 || !(seen.Expected is > 0 and < 1) || seen.Candidate < 0 || seen.Candidate > seen.All)
        {
            return;
        }

        (_candidate, _all, _expected) = (_candidate + seen.Candidate, _all + seen.All, _expected + (seen.Expected * seen.All));
        var (least, most) = (seen.Expected / spec.Tolerance, Math.Min(seen.Expected * spec.Tolerance, 1 - ((1 - seen.Expected) / spec.Tolerance)));
        for (var j = 0; j < RateDetector.Effects.Length; j++)
        {
            _wealth[2 * j] += temper * Gain(seen, most, RateDetector.Effects[j]);
            _wealth[(2 * j) + 1] += temper * Gain(seen, least, -RateDetector.Effects[j]);
        }

        _log = LogSum.Of(_wealth);
    }

    // The likelihood ratio of a share against the edge of those tolerated: for shares within, its expectation is at most 1.
    private static double Gain(in SplitSeen seen, double edge, double effect)
    {
        var share = 1 / (1 + Math.Exp(-Math.Log(edge / (1 - edge)) - effect));
        return (seen.Candidate * Math.Log(share / edge)) + ((seen.All - seen.Candidate) * Math.Log((1 - share) / (1 - edge)));
    }

    protected override void Update(in Tick tick)
    {
        // What both sides did says nothing of who should have got it.
    }

    protected override void SyncMore(Snapshot state)
    {
        state.Sync(_wealth);
        state.Sync(ref _log);
        state.Sync(ref _candidate);
        state.Sync(ref _all);
        state.Sync(ref _expected);
    }

    protected override CheckReport Describe(in Totals totals) =>
        new Totals(_candidate, 0, _all - _candidate, 0).Report(Spec.Name, IsAtLimit ? Verdict.Fail : Verdict.Inconclusive, _all == 0
            ? "No requests were shared out by a weight yet"
            : $"{Share(_candidate, _all)} of {Requests(_all)} went to the candidate, where the split says {Percent(_expected / _all)}; {Evidence(_log, _limit)}") with { LogEvidence = _log, LogLimit = _limit };
}
