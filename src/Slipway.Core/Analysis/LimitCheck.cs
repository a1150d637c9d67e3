using static Slipway.Core.Analysis.Sentences;

namespace Slipway.Core.Analysis;

/// <summary>
/// The candidate against a number of its own, stretch by stretch. A rule, not a bet: a stretch with too few samples waits for the next one, and
/// is never judged.
/// </summary>
internal sealed class LimitCheck(CheckSpec.Limit spec) : Check(spec)
{
    private readonly Latencies _latencies = new();
    private TimeSpan? _stretchEnds;
    private double _samples;
    private double _sum;
    private double _judged;
    private double _judgedSamples;
    private bool _hasJudged;
    private bool _isOutside;

    public override bool IsAtLimit => _isOutside;

    public override void Learn(TimeSpan at, in SideTick baseline)
    {
        // It looks at the candidate alone.
    }

    protected override Safety MakeSafety(Traffic.Weight exposure) => new RuleSafety($"that {What} keeps its limit");

    protected override void Update(in Tick tick)
    {
        if (spec.Quantile is not null)
        {
            _latencies.Add(tick.Candidate.Latency);
        }

        Add(tick.At, tick.Candidate.Requests, tick.Candidate.Errors);
    }

    protected override string? Update(TimeSpan at, Measurement candidate, Measurement? baseline, bool isWarm)
    {
        var (why, samples, sum) = candidate switch
        {
            Measurement.Counts { Exposure: >= 0 and < double.PositiveInfinity, Count: >= 0 and < double.PositiveInfinity } counts when spec.ErrorRate is not null => (null, counts.Exposure, counts.Count),
            Measurement.Latencies latencies when spec.Quantile is not null => (null, SideTick.Of(latencies).Requests, 0),
            Measurement.Value { Number: var number } when IsValue && double.IsFinite(number) => (null, 1, number),
            _ => ("the source gave nothing that can be held against the limit", 0.0, 0.0),
        };
        if (why is null && isWarm)
        {
            if (candidate is Measurement.Latencies latencies)
            {
                _latencies.Add(latencies.Histogram);
            }

            Add(at, samples, sum);
        }

        return why;
    }

    protected override void SyncMore(Snapshot state)
    {
        _latencies.Sync(state);
        state.Sync(ref _stretchEnds);
        state.Sync(ref _samples);
        state.Sync(ref _sum);
        state.Sync(ref _judged);
        state.Sync(ref _judgedSamples);
        state.Sync(ref _hasJudged);
        state.Sync(ref _isOutside);
    }

    protected override CheckReport Describe(in Totals gateway)
    {
        var totals = IsValue || spec.From is not null ? new Totals((long)(_hasJudged ? _judgedSamples : _samples), 0, 0, 0) : gateway with { BaselineRequests = 0, BaselineErrors = 0 };
        return totals.Report(Spec.Name, _isOutside ? Verdict.Fail : _hasJudged ? Verdict.Pass : Verdict.Inconclusive, _hasJudged
            ? Text($"{Shown(_judged)} in {_judgedSamples:N0} {Samples}, where {Limits} is allowed")
            : Text($"Not judged yet: {_samples:N0} of the {spec.Minimum:N0} {Samples} needed were seen"));
    }

    private bool IsValue => spec is { ErrorRate: null, Quantile: null };

    private string What => spec switch
    {
        { ErrorRate: not null } => "the error rate",
        { Quantile: { } quantile } => Text($"the time of {100 * quantile:0.##} of 100 requests"),
        _ => Spec.Name,
    };

    private string Samples => IsValue ? "measurements" : "requests";

    private string Limits => spec switch
    {
        { ErrorRate: { } errors } => $"at most {Percent(errors)}",
        { Slowest: { } slowest } => $"at most {Time(slowest)}",
        { Least: { } least, Most: { } most } => Text($"{least:0.####} to {most:0.####}"),
        { Least: { } least } => Text($"at least {least:0.####}"),
        _ => Text($"at most {spec.Most:0.####}"),
    };

    private string Shown(double number) => spec switch
    {
        { ErrorRate: not null } => $"{Percent(number)} failed",
        { Quantile: { } quantile } => Text($"{100 * quantile:0.##} of 100 within {Time(TimeSpan.FromSeconds(number))}"),
        _ => Text($"{number:0.####} on average"),
    };

    private void Add(TimeSpan at, double samples, double sum)
    {
        _stretchEnds ??= at + spec.Over;
        (_samples, _sum) = (_samples + samples, _sum + sum);
        if (at < _stretchEnds || _samples < spec.Minimum || _samples <= 0)
        {
            return;
        }

        _judged = spec.Quantile is { } quantile ? _latencies.Quantile(quantile).TotalSeconds : _sum / _samples;
        (_judgedSamples, _hasJudged) = (_samples, true);
        _isOutside = _judged > (spec.ErrorRate ?? spec.Slowest?.TotalSeconds ?? spec.Most) || _judged < spec.Least;
        for (var i = 0; i < Safeties.Count && !_isOutside; i++)
        {
            ((RuleSafety)Safeties[i]).Pass();
        }

        (_samples, _sum, _stretchEnds) = (0, 0, at + spec.Over);
        _latencies.Clear();
    }
}
