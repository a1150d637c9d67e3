using System.Collections.Immutable;
using Slipway.Core.Traffic;

namespace Slipway.Core.Analysis;

/// <summary>
/// Watches one deployment: all its checks, and the gates that say at which exposure the candidate is safe. Deterministic: the same
/// calls give the same reports. Every call takes the same short time, however long the deployment has run. Not thread safe.
/// </summary>
public sealed class CanaryAnalysis
{
    private readonly ImmutableArray<Check> _checks;
    private readonly ImmutableArray<Gate> _gates;
    private readonly bool _canPass;
    private Totals _totals;
    private TimeSpan _now = TimeSpan.MinValue;
    private bool _hasBegun;

    /// <param name="checks">The first of each name counts. An outage check with its defaults is always added.</param>
    /// <param name="gates">Exposures (shares of all the project's users, not only of the environment's) at which to say "safe to go on".</param>
    /// <exception cref="ArgumentOutOfRangeException">A number of a check is outside its documented range.</exception>
    public CanaryAnalysis(ImmutableArray<CheckSpec> checks, ImmutableArray<Weight> gates)
    {
        var errors = checks.OfType<CheckSpec.Errors>().FirstOrDefault();
        _gates = [.. gates.Distinct().Order().Select(exposure => new Gate(exposure, errors))];
        _checks = [.. checks.Append(new CheckSpec.Outage()).DistinctBy(check => check.Name).Select(Make)];
        _canPass = errors is not null && !_gates.IsEmpty;
    }

    /// <summary>Takes what the baseline did before the candidate had traffic; ignored once it has.</summary>
    /// <param name="counts">One second, or a longer time merged.</param>
    /// <param name="at">Time since the deployment started; negative for what was before. Never falls.</param>
    public void LearnBaseline(SideCounts counts, TimeSpan at)
    {
        ArgumentNullException.ThrowIfNull(counts);
        if (!_hasBegun)
        {
            Learn(SideTick.Of(counts), Advance(at));
        }
    }

    /// <summary>Takes what both sides did since the call before. Until the candidate has traffic, the baseline is only learned from.</summary>
    /// <param name="at">Time since the deployment started. Never falls.</param>
    /// <param name="candidate">Null: no traffic.</param>
    /// <param name="baseline">Null: no traffic.</param>
    public void Observe(TimeSpan at, SideCounts? candidate, SideCounts? baseline)
    {
        var tick = new Tick(Advance(at), SideTick.Of(candidate), SideTick.Of(baseline));
        _hasBegun |= tick.Candidate.HasTraffic;
        if (_hasBegun)
        {
            Compare(tick);
        }
        else
        {
            Learn(tick.Baseline, tick.At);
        }
    }

    public AnalysisReport Report()
    {
        var failed = _checks.Any(check => check.HasFailed);
        return new()
        {
            Verdict = failed ? Verdict.Fail : _canPass && _gates[^1].IsSafe ? Verdict.Pass : Verdict.Inconclusive,
            Checks = [.. _checks.Select(check => check.Report(_totals))],
            Gates = [.. _gates.Select(gate => gate.Report(failed))],
            CandidateRequests = _totals.CandidateRequests,
            CandidateErrors = _totals.CandidateErrors,
            BaselineRequests = _totals.BaselineRequests,
            BaselineErrors = _totals.BaselineErrors,
        };
    }

    private Check Make(CheckSpec spec) => spec switch
    {
        CheckSpec.Errors errors => new ErrorsCheck(errors, _gates.LastOrDefault()),
        CheckSpec.Latency latency => new LatencyCheck(latency),
        CheckSpec.Outage outage => new OutageCheck(outage),
        _ => throw new ArgumentOutOfRangeException(nameof(spec), spec, "There is no such check."),
    };

    // Clocks of gateways may step back a little; evidence is never unlearned for it.
    private TimeSpan Advance(TimeSpan at) => _now = at > _now ? at : _now;

    private void Learn(in SideTick baseline, TimeSpan at)
    {
        foreach (var check in _checks)
        {
            check.Learn(at, baseline);
        }

        foreach (var gate in _gates)
        {
            gate.Learn(at, baseline);
        }
    }

    private void Compare(in Tick tick)
    {
        _totals += tick;
        foreach (var gate in _gates)
        {
            gate.Observe(tick);
        }

        foreach (var check in _checks)
        {
            check.Observe(tick, _totals);
        }
    }
}
