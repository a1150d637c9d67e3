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
    private readonly Stratified<RatePart> _parts;
    private readonly double _limit;
    private readonly double _tolerance;
    private readonly double _absolute;
    private readonly EffectInterval _effect = new();
    private readonly ErrorUnit _unit;
    private double _temper = 1;
    private TimeSpan? _baselineMissingSince;
    private TimeSpan _now;

    public RatesCheck(CheckSpec.Errors spec)
        : this(spec, RateKind.Bernoulli, spec.Alpha, new(spec.Strata, () => new RatePart(new RateDetector(RateKind.Bernoulli, spec.Tolerance, spec.AbsoluteTolerance))), new(spec.Per, spec.AbsoluteTolerance)) =>
        (_beta, _objective, _tolerance, _absolute) = (spec.Beta, spec.Objective, spec.Tolerance, spec.AbsoluteTolerance);

    public RatesCheck(CheckSpec.Count spec)
        : this(spec, RateKind.Count, spec.Alpha, new(StrataChoice.All, () => new RatePart(new RateDetector(RateKind.Count, spec.Tolerance, 0))), new(CountedPer.Request, 0)) => (_beta, _tolerance) = (spec.Beta, spec.Tolerance);

    private RatesCheck(CheckSpec spec, RateKind kind, double alpha, Stratified<RatePart> parts, ErrorUnit unit)
        : base(spec) => (_kind, _parts, _unit, _limit) = (kind, parts, unit, -Math.Log(alpha));

    public override double? LogEvidence => _parts.LogEvidence;

    public override double? LogLimit => _limit;

    public override bool IsAtLimit => _parts.LogEvidence >= _limit;

    public override void Learn(TimeSpan at, in SideTick baseline)
    {
        if (Spec.From is not null)
        {
            return;
        }

        _unit.Learn(at, baseline);
        Learn(at, baseline.Requests, baseline.Errors);
        _parts.Note(baseline.Strata);
        for (var i = 0; i < _parts.Strata.Count; i++)
        {
            if (baseline.Of(_parts.Strata[i].Name) is { Requests: > 0 } part)
            {
                _parts.Strata[i].Part.Learn(at, part.Requests, part.Errors);
            }
        }
    }

    protected override void See(in Tick tick) => _parts.See(tick);

    protected override Safety MakeSafety(Traffic.Weight exposure)
    {
        var margin = _kind is RateKind.Bernoulli ? Margin.At(exposure, _objective) : Margin.At(exposure, 0) with { Difference = 0 };
        return new RateSafety(Spec.Name, _kind, margin, -Math.Log(_beta));
    }

    protected override void Update(in Tick tick)
    {
        if (_unit.ChoosesClients(tick))
        {
            CountClients();
        }

        // Clients of a stratum are counted by nobody.
        var temper = 1 / (Spec.Dispersion ?? tick.Noise);
        Update(tick.At, _unit.IsClient ? tick.Clients : tick.Window, _unit.IsClient ? 1 / (Spec.Dispersion ?? tick.ClientNoise) : temper);
        _unit.Compared(tick);
        for (var i = 0; i < _parts.Strata.Count; i++)
        {
            if (tick.Of(_parts.Strata[i].Name) is { HasRequests: true } part)
            {
                _parts.Strata[i].Part.Update(tick.At, part.Window, temper);
            }
        }
    }

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

        _parts.See(c, b);
        foreach (var (name, part) in _parts.Strata)
        {
            var (nc, xc) = Of(c, name);
            var (nb, xb) = Of(b, name);
            if (isWarm)
            {
                part.Update(at, new Window(nc, xc, nb, xb), 1 / (Spec.Dispersion ?? Noise.Unknown));
            }
            else
            {
                part.Learn(at, nb, xb);
            }
        }

        return null;
    }

    protected override void SyncMore(Snapshot state)
    {
        _parts.Sync(state);
        _effect.Sync(state);
        _unit.Sync(state);
        state.Sync(ref _temper);
        state.Sync(ref _baselineMissingSince);
        state.Sync(ref _now);
    }

    protected override CheckReport Describe(in Totals gateway)
    {
        var (stratum, part) = IsAtLimit || IsFailing ? _parts.Strongest : (null, _parts.Whole);
        var byClient = _unit.IsClient && stratum is null;
        var totals = Spec.From is null && stratum is null ? gateway : Totals.Of(part.Seen);
        var verdict = IsAtLimit ? Verdict.Fail : Safeties is [.., { IsSafe: true }] ? Verdict.Pass : Verdict.Inconclusive;
        var sees = verdict is Verdict.Inconclusive && stratum is null ? CouldSee : null;
        var effect = stratum is null ? new EffectSize(part.Ratio, _effect.Lower, _effect.Upper) : new EffectSize(part.Ratio, null, null);
        return totals.Report(Spec.Name, verdict, $"{In(stratum)}{Summary(byClient ? Totals.Of(part.Seen) : totals, effect, sees, byClient)}{Suspect(_parts, stratum)}") with
        {
            LogEvidence = _parts.LogEvidence, LogLimit = _limit, Effect = effect, CouldSee = sees, Change = Change(verdict), Stratum = stratum,
            Clients = byClient ? new(Totals.Of(part.Seen)) : null,
        };
    }

    private void Learn(TimeSpan at, double requests, double errors)
    {
        _parts.Whole.Learn(at, requests, errors);
        foreach (var safety in Safeties)
        {
            ((RateSafety)safety).Learn(at, requests, errors);
        }
    }

    /// <summary>What was learned, and what waits, is taken by clients from now on.</summary>
    private void CountClients()
    {
        var temper = 1 / (Spec.Dispersion ?? _unit.WaitingNoise);
        _parts.Whole.Recount(_unit.Past, _unit.Waiting, temper);
        foreach (var safety in Safeties)
        {
            ((RateSafety)safety).CountClients(_unit.Past, _unit.Waiting, temper);
        }
    }

    private void Update(TimeSpan at, in Window seen, double temper)
    {
        _now = at;
        _baselineMissingSince = seen.BaselineRequests > 0 ? null : _baselineMissingSince ?? _now;
        _temper = temper;
        _parts.Whole.Update(at, seen, temper, _unit.Scale);
        _effect.Update(seen, temper);
        for (var i = 0; i < Safeties.Count; i++)
        {
            ((RateSafety)Safeties[i]).Update(at, seen, temper, _unit.Scale);
        }
    }

    private string? Nonsense(Measurement.Counts counts) => counts switch
    {
        { Exposure: not (>= 0 and < double.PositiveInfinity) } or { Count: not (>= 0 and < double.PositiveInfinity) } => Text($"{counts.Count} of {counts.Exposure} are no counts"),
        _ when _kind is RateKind.Bernoulli && counts.Count > (counts.Exposure * Rounding) + 1 => Text($"{counts.Count:0.##} failed of only {counts.Exposure:0.##}: the two queries do not count the same requests"),
        _ => null,
    };

    /// <summary>What was counted of one stratum; nothing, when that cannot be.</summary>
    private (double Exposure, double Count) Of(Measurement.Counts counts, string stratum) =>
        !counts.Parts.IsDefault && counts.Parts.FirstOrDefault(p => p.Name == stratum) is { Exposure: >= 0 and < double.PositiveInfinity, Count: >= 0 and < double.PositiveInfinity } part
            ? (part.Exposure, Part(new(part.Exposure, part.Count)))
            : default;

    private double Part(Measurement.Counts counts) => _kind is RateKind.Bernoulli ? Math.Min(counts.Count, counts.Exposure) : counts.Count;

    /// <summary>
    /// The smallest ratio of rates whose own bet, on what it would be expected to have done in the requests that were seen, would have reached
    /// the limit: what this check was able to see so far.
    /// </summary>
    private double? CouldSee
    {
        get
        {
            if (!Seen.HasBothSides)
            {
                return null;
            }

            var limit = _limit - _parts.LogShare;
            var rate = (Seen.BaselineErrors + 0.5) / (Seen.BaselineRequests + 50);
            var most = _kind is RateKind.Bernoulli ? 0.99 / rate : 1e6;
            var (low, high) = (_tolerance, most);
            if (_temper * Expected(high, rate) < limit)
            {
                return null;
            }

            for (var i = 0; i < 40; i++)
            {
                var middle = Math.Sqrt(low * high);
                (low, high) = _temper * Expected(middle, rate) < limit ? (middle, high) : (low, middle);
            }

            return high;
        }
    }

    private Window Seen => _parts.Whole.Seen;

    private double Expected(double ratio, double rate)
    {
        var seen = new Window(Seen.CandidateRequests, Seen.CandidateRequests * ratio * rate, Seen.BaselineRequests, Seen.BaselineRequests * rate);
        return _kind is RateKind.Bernoulli ? Analysis.LogEvidence.OfWorse(seen, ratio * rate, rate, _tolerance, _absolute * _unit.Scale) : Analysis.LogEvidence.OfCounts(seen, ratio / _tolerance, _tolerance);
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
        return Safeties is [.., { LogEvidence: > 0 and var log, LogLimit: { } limit }] && Seen.CandidateRequests > 0
            ? Text($"About {Math.Ceiling(Seen.CandidateRequests * (limit - log) / log):N0} more of the candidate's{(_unit.IsClient ? " clients" : "")}, if they go on as until now, to be shown safe; or evidence of a defect")
            : "More of the candidate's traffic, sooner with a larger weight, or evidence of a defect";
    }

    private string Summary(in Totals totals, EffectSize effect, double? sees, bool byClient)
    {
        var evidence = Evidence(_parts.LogEvidence, _limit);
        if (totals.CandidateRequests == 0)
        {
            return _kind is RateKind.Bernoulli ? "The candidate has completed no request yet" : "Nothing of the candidate was measured yet";
        }

        var candidate = (_kind, byClient) switch
        {
            (_, true) => $"{Count(totals.CandidateErrors)} of {Clients(totals.CandidateRequests)} saw a failure (each counts once a second)",
            (RateKind.Bernoulli, _) => $"{Count(totals.CandidateErrors)} of {Requests(totals.CandidateRequests)} failed",
            _ => $"{Count(totals.CandidateErrors)} in {Count(totals.CandidateRequests)}",
        };
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
