using static Slipway.Core.Analysis.Sentences;

namespace Slipway.Core.Analysis;

/// <summary>A rate of the candidate against the baseline's: failed requests of requests, or any count per unit of exposure. Passes when the largest gate is safe.</summary>
internal sealed class RatesCheck : Check
{
    private static readonly TimeSpan LongWithoutBaseline = TimeSpan.FromSeconds(30);

    /// <summary>A counter read between two scrapes may be a little more than what it is a part of.</summary>
    private const double Rounding = 1.05;

    private readonly RateKind _kind;
    private readonly double _beta;
    private readonly double _objective;
    private readonly RateDetector _detector;
    private readonly double _limit;
    private readonly double _tolerance;
    private readonly double _absolute;
    private readonly EffectInterval _effect = new();
    private double _temper = 1;
    private Window _seen;
    private TimeSpan? _baselineMissingSince;
    private TimeSpan _now;

    public RatesCheck(CheckSpec.Errors spec)
        : this(spec, RateKind.Bernoulli, spec.Alpha, new RateDetector(RateKind.Bernoulli, spec.Tolerance, spec.AbsoluteTolerance)) =>
        (_beta, _objective, _tolerance, _absolute) = (spec.Beta, spec.Objective, spec.Tolerance, spec.AbsoluteTolerance);

    public RatesCheck(CheckSpec.Count spec)
        : this(spec, RateKind.Count, spec.Alpha, new RateDetector(RateKind.Count, spec.Tolerance, 0)) => (_beta, _tolerance) = (spec.Beta, spec.Tolerance);

    private RatesCheck(CheckSpec spec, RateKind kind, double alpha, RateDetector detector)
        : base(spec) => (_kind, _detector, _limit) = (kind, detector, -Math.Log(alpha));

    public override double? LogEvidence => _detector.LogEvidence;

    public override double? LogLimit => _limit;

    public override bool IsAtLimit => _detector.LogEvidence >= _limit;

    public override void Learn(TimeSpan at, in SideTick baseline)
    {
        if (Spec.From is null)
        {
            Learn(at, baseline.Requests, baseline.Errors);
        }
    }

    protected override Safety MakeSafety(Traffic.Weight exposure)
    {
        var margin = _kind is RateKind.Bernoulli ? Margin.At(exposure, _objective) : Margin.At(exposure, 0) with { Difference = 0 };
        return new RateSafety(Spec.Name, _kind, margin, -Math.Log(_beta));
    }

    protected override void Update(in Tick tick) => Update(tick.At, tick.Window, 1 / (Spec.Dispersion ?? tick.Noise));

    protected override string? Update(TimeSpan at, Measurement candidate, Measurement? baseline, bool isWarm)
    {
        if (candidate is not Measurement.Counts c || baseline is not Measurement.Counts b)
        {
            return "the source gave no counts of both sides";
        }

        if ((Nonsense(c) ?? Nonsense(b)) is { } why)
        {
            return why;
        }

        var seen = new Window(c.Exposure, Part(c), b.Exposure, Part(b));
        if (isWarm)
        {
            Update(at, seen, 1 / (Spec.Dispersion ?? Noise.Unknown));
        }
        else
        {
            Learn(at, seen.BaselineRequests, seen.BaselineErrors);
        }

        return null;
    }

    protected override void SyncMore(Snapshot state)
    {
        _detector.Sync(state);
        _effect.Sync(state);
        state.Sync(ref _temper);
        state.Sync(ref _seen);
        state.Sync(ref _baselineMissingSince);
        state.Sync(ref _now);
    }

    protected override CheckReport Describe(in Totals gateway)
    {
        var totals = Spec.From is null ? gateway : Totals.Of(_seen);
        var verdict = IsAtLimit ? Verdict.Fail : Safeties is [.., { IsSafe: true }] ? Verdict.Pass : Verdict.Inconclusive;
        var sees = verdict is Verdict.Inconclusive ? CouldSee : null;
        var effect = new EffectSize(_seen is { CandidateRequests: > 0, BaselineErrors: > 0 } ? _seen.CandidateErrors / _seen.CandidateRequests / (_seen.BaselineErrors / _seen.BaselineRequests) : null, _effect.Lower, _effect.Upper);
        return totals.Report(Spec.Name, verdict, Summary(totals, effect, sees)) with
        {
            LogEvidence = _detector.LogEvidence, LogLimit = _limit, Effect = effect, CouldSee = sees, Change = Change(verdict),
        };
    }

    private void Learn(TimeSpan at, double requests, double errors)
    {
        _detector.Learn(at, requests, errors);
        foreach (var safety in Safeties)
        {
            ((RateSafety)safety).Learn(at, requests, errors);
        }
    }

    private void Update(TimeSpan at, in Window seen, double temper)
    {
        _now = at;
        _seen += seen;
        _baselineMissingSince = seen.BaselineRequests > 0 ? null : _baselineMissingSince ?? _now;
        _temper = temper;
        _detector.Update(at, seen, temper);
        _effect.Update(seen, temper);
        for (var i = 0; i < Safeties.Count; i++)
        {
            ((RateSafety)Safeties[i]).Update(at, seen, temper);
        }
    }

    private string? Nonsense(Measurement.Counts counts) => counts switch
    {
        { Exposure: not (>= 0 and < double.PositiveInfinity) } or { Count: not (>= 0 and < double.PositiveInfinity) } => Text($"{counts.Count} of {counts.Exposure} are no counts"),
        _ when _kind is RateKind.Bernoulli && counts.Count > (counts.Exposure * Rounding) + 1 => Text($"{counts.Count:0.##} failed of only {counts.Exposure:0.##}: the two queries do not count the same requests"),
        _ => null,
    };

    private double Part(Measurement.Counts counts) => _kind is RateKind.Bernoulli ? Math.Min(counts.Count, counts.Exposure) : counts.Count;

    /// <summary>
    /// The smallest ratio of rates whose own bet, on what it would be expected to have done in the requests that were seen, would have reached
    /// the limit: what this check was able to see so far.
    /// </summary>
    private double? CouldSee
    {
        get
        {
            if (!_seen.HasBothSides)
            {
                return null;
            }

            var rate = (_seen.BaselineErrors + 0.5) / (_seen.BaselineRequests + 50);
            var most = _kind is RateKind.Bernoulli ? 0.99 / rate : 1e6;
            var (low, high) = (_tolerance, most);
            if (_temper * Expected(high, rate) < _limit)
            {
                return null;
            }

            for (var i = 0; i < 40; i++)
            {
                var middle = Math.Sqrt(low * high);
                (low, high) = _temper * Expected(middle, rate) < _limit ? (middle, high) : (low, middle);
            }

            return high;
        }
    }

    private double Expected(double ratio, double rate)
    {
        var seen = new Window(_seen.CandidateRequests, _seen.CandidateRequests * ratio * rate, _seen.BaselineRequests, _seen.BaselineRequests * rate);
        return _kind is RateKind.Bernoulli ? Analysis.LogEvidence.OfWorse(seen, ratio * rate, rate, _tolerance, _absolute) : Analysis.LogEvidence.OfCounts(seen, ratio / _tolerance, _tolerance);
    }

    private string Change(Verdict verdict)
    {
        if (verdict is Verdict.Fail)
        {
            return "Nothing: what failed stays failed; a new candidate begins anew";
        }

        if (verdict is Verdict.Pass)
        {
            return "Evidence of a defect that reaches its limit";
        }

        // What was won in the past, won again at the same pace.
        return Safeties is [.., { LogEvidence: > 0 and var log, LogLimit: { } limit }] && _seen.CandidateRequests > 0
            ? Text($"About {Math.Ceiling(_seen.CandidateRequests * (limit - log) / log):N0} more of the candidate's, if they go on as until now, to be shown safe; or evidence of a defect")
            : "More of the candidate's traffic, sooner with a larger weight, or evidence of a defect";
    }

    private string Summary(in Totals totals, EffectSize effect, double? sees)
    {
        var evidence = Evidence(_detector.LogEvidence, _limit);
        if (totals.CandidateRequests == 0)
        {
            return _kind is RateKind.Bernoulli ? "The candidate has completed no request yet" : "Nothing of the candidate was measured yet";
        }

        var candidate = _kind is RateKind.Bernoulli
            ? $"{Count(totals.CandidateErrors)} of {Requests(totals.CandidateRequests)} failed"
            : $"{Count(totals.CandidateErrors)} in {Count(totals.CandidateRequests)}";
        if (_now - _baselineMissingSince >= LongWithoutBaseline || totals.BaselineRequests == 0)
        {
            return $"{candidate} on the candidate, but there is no baseline traffic to compare with; {evidence}";
        }

        return $"{candidate}, {Count(totals.BaselineErrors)} of {Count(totals.BaselineRequests)} on the baseline: "
            + $"{Rate(totals.CandidateErrors, totals.CandidateRequests)} against {Rate(totals.BaselineErrors, totals.BaselineRequests)}"
            + (effect.Text is { Length: > 0 } range ? $" ({range})" : "")
            + (sees is { } ratio ? Text($"; {ratio:0.##} times as often or more would have been seen") : "")
            + $"; {evidence}";
    }

    private string Rate(long part, long whole) => _kind is RateKind.Bernoulli ? Share(part, whole) : Text($"{part / (double)Math.Max(1, whole):0.####}");
}
