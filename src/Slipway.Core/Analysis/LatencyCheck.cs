using static Slipway.Core.Analysis.Sentences;

namespace Slipway.Core.Analysis;

/// <summary>
/// Latency of the candidate against the baseline's. Can only fail: nothing here shows that a candidate is quick enough, so no gate
/// waits for it.
/// </summary>
internal sealed class LatencyCheck : Check
{
    private readonly double _limit;
    private readonly Stratified<LatencyPart> _parts;
    private bool _isWarm;
    private bool _hasCandidate;
    private bool _isByClient;

    public LatencyCheck(CheckSpec.Latency spec)
        : base(spec)
    {
        var mapping = new LatencyMapping(spec.Tolerance, spec.Floor);
        _limit = -Math.Log(spec.Alpha);
        _parts = new(spec.Strata, () => new LatencyPart(mapping));
    }

    public override double? LogEvidence => _parts.LogEvidence;

    public override double? LogLimit => _limit;

    public override bool IsAtLimit => _parts.LogEvidence >= _limit;

    public override void Learn(TimeSpan at, in SideTick baseline)
    {
        if (Spec.From is not null)
        {
            return;
        }

        _parts.Whole.Learn(baseline);
        _parts.Note(baseline.Strata);
        for (var i = 0; i < _parts.Strata.Count; i++)
        {
            if (baseline.Of(_parts.Strata[i].Name) is { Requests: > 0 } part)
            {
                _parts.Strata[i].Part.Learn(part);
            }
        }
    }

    protected override void See(in Tick tick) => _parts.See(tick);

    protected override void Update(in Tick tick)
    {
        var temper = 1 / (Spec.Dispersion ?? tick.Jitter);
        _isWarm = true;
        ChooseUnit(tick);
        _parts.Whole.Update(tick, _isByClient ? 1 / (Spec.Dispersion ?? tick.ClientJitter) : temper, _isByClient);
        for (var i = 0; i < _parts.Strata.Count; i++)
        {
            if (tick.Of(_parts.Strata[i].Name) is { HasRequests: true } part)
            {
                _parts.Strata[i].Part.Update(part, temper);
            }
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
            _parts.Whole.Learn(tick.Baseline);
        }

        return null;
    }

    protected override void SyncMore(Snapshot state)
    {
        state.Sync(ref _isWarm);
        state.Sync(ref _hasCandidate);
        state.Sync(ref _isByClient);
        _parts.Sync(state);
    }

    protected override CheckReport Describe(in Totals gateway)
    {
        var (stratum, part) = IsAtLimit || IsFailing ? _parts.Strongest : (null, _parts.Whole);
        var totals = Spec.From is null && stratum is null ? gateway : part.Totals;
        return totals.Report(Spec.Name, IsAtLimit ? Verdict.Fail : Verdict.Inconclusive, $"{In(stratum)}{Summary(part, totals)}{Suspect(_parts, stratum)}") with
        {
            LogEvidence = LogEvidence, LogLimit = _limit, Latency = part.Compared, Stratum = stratum,
        };
    }

    /// <summary>A client's failures of one second count as one, on both sides or on neither: from the candidate's first requests on, until that is not possible any more.</summary>
    private void ChooseUnit(in Tick tick)
    {
        var isWhole = tick.Candidate.IsWhollyByClient && tick.Baseline.IsWhollyByClient;
        _isByClient = isWhole && (_isByClient || (!_hasCandidate && tick.Candidate.Requests > 0));
        _hasCandidate |= tick.Candidate.Requests > 0;
    }

    private static string Failures(in Totals totals) => totals.CandidateErrors == 0
        ? ""
        : $"; failures, counted as slowest: {Share(totals.CandidateErrors, totals.CandidateRequests)} against "
            + Share(totals.BaselineErrors, totals.BaselineRequests);

    private string Summary(LatencyPart part, in Totals totals) => (part.IsComparing, part.Compared) switch
    {
        (false, _) when !_isWarm => $"Not compared yet: the candidate's first {Time(Spec.WarmUp)} with traffic are left out",
        (false, _) => Text($"Not compared yet: {Count(part.LearnedRequests)} of the {LatencyPart.EnoughBaseline} baseline requests needed first were seen"),
        (_, null) => "Nothing to compare yet: both sides need answered requests",
        (_, { } seen) => $"Median {Time(seen.CandidateMedian)} against {Time(seen.BaselineMedian)}, 95 of 100 requests within "
            + $"{Time(seen.CandidateP95)} against {Time(seen.BaselineP95)}{Failures(totals)}; {Evidence(_parts.LogEvidence, _limit)}",
    };
}
