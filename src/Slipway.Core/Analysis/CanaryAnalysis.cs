using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Slipway.Core.Traffic;

namespace Slipway.Core.Analysis;

/// <summary>
/// Watches one deployment: all its checks, and the gates that say at which exposure the candidate is safe. Deterministic: the same
/// calls give the same reports. Every call takes the same short time, however long the deployment has run. Not thread safe.
/// </summary>
public sealed class CanaryAnalysis
{
    /// <summary>Of the saved form. A change of what any part remembers is a new number.</summary>
    private const int Format = 7;

    private readonly ImmutableArray<CheckSpec> _specs;
    private readonly ImmutableArray<Weight> _exposures;
    private readonly ImmutableArray<Check> _checks;
    private readonly ImmutableArray<Gate> _gates;
    private readonly ImmutableArray<double> _shares;
    private readonly double _limit;
    private readonly Noise _noise = new();
    private Totals _totals;
    private TimeSpan _now = TimeSpan.MinValue;
    private bool _hasBegun;

    /// <param name="checks">The first of each name counts. An outage check with its defaults is added when there is none.</param>
    /// <param name="gates">Exposures (shares of all the project's users, not only of the environment's) at which to say "safe to go on".</param>
    /// <exception cref="ArgumentOutOfRangeException">A number of a check is outside its documented range.</exception>
    public CanaryAnalysis(ImmutableArray<CheckSpec> checks, ImmutableArray<Weight> gates)
    {
        _specs = [.. checks.Any(c => c is CheckSpec.Outage) ? checks.DistinctBy(c => c.Name) : checks.Append(new CheckSpec.Outage()).DistinctBy(c => c.Name)];
        _exposures = [.. gates.Distinct().Order()];
        _checks = [.. _specs.Select(Make)];
        _gates = [.. _exposures.Select(exposure => new Gate(exposure, [.. _checks.Select(c => c.Guard(exposure)).OfType<Safety>()]))];
        var alphas = _checks.Select(c => c.Spec.DryRun || c.LogLimit is not { } limit ? 0 : Math.Exp(-limit)).ToArray();
        _limit = -Math.Log(alphas.Sum());
        _shares = [.. alphas.Select(a => Math.Log(a) + _limit)];
    }

    /// <summary>Takes what the baseline did before the candidate had traffic; ignored once it has.</summary>
    /// <param name="counts">One second, or a longer time merged.</param>
    /// <param name="at">Time since the deployment started; negative for what was before. Never falls.</param>
    public void LearnBaseline(SideCounts counts, TimeSpan at)
    {
        ArgumentNullException.ThrowIfNull(counts);
        if (!_hasBegun)
        {
            var now = Advance(at);
            Learn(SideTick.Of(counts), now);
            _noise.Observe(now, counts);
        }
    }

    /// <summary>Takes what both sides did since the call before. Until the candidate has traffic, the baseline is only learned from.</summary>
    /// <param name="at">Time since the deployment started. Never falls.</param>
    /// <param name="candidate">Null: no traffic.</param>
    /// <param name="baseline">Null: no traffic.</param>
    /// <param name="split">How the requests were shared out; null where no weight says how they should be.</param>
    public void Observe(TimeSpan at, SideCounts? candidate, SideCounts? baseline, SplitSeen? split = null)
    {
        var tick = new Tick(Advance(at), SideTick.Of(candidate), SideTick.Of(baseline), _noise.OfErrors, _noise.OfLatency) { ClientNoise = _noise.OfClients, ClientJitter = _noise.OfLatencyByClient };
        _hasBegun |= tick.Candidate.HasTraffic;
        if (_hasBegun)
        {
            if (split is { } seen)
            {
                Compare(seen);
            }

            Compare(tick);
        }
        else
        {
            Learn(tick.Baseline, tick.At);
        }

        // Only now: noise that had seen this tick would temper it with hindsight.
        _noise.Observe(tick.At, baseline);
    }

    /// <summary>
    /// Takes what a metric source said of one check's sides over one window. A window of a check that there is not, or that ends no later
    /// than the newest one of its check, is passed over.
    /// </summary>
    public void Observe(MetricWindow window)
    {
        ArgumentNullException.ThrowIfNull(window);
        foreach (var check in _checks)
        {
            if (check.Spec.From is not null && check.Spec.Name == window.Check)
            {
                check.Observe(window, _now == TimeSpan.MinValue ? window.At : _now, _totals);
                if (check.HasCompared)
                {
                    Answered();
                }

                Settle();
            }
        }
    }

    public AnalysisReport Report()
    {
        var failed = _checks.Any(check => check.HasFailed && !check.Spec.DryRun);
        var blind = _checks.Select(c => c.Blind).FirstOrDefault(b => b is not null);
        return new()
        {
            Verdict = failed ? Verdict.Fail : blind is not null ? Verdict.Error : _gates is [.., { IsGuarded: true, IsSafe: true }] ? Verdict.Pass : Verdict.Inconclusive,
            Blind = failed ? null : blind,
            HasEvidence = _totals.CandidateRequests > 0 || _checks.Any(c => c.HasCompared),
            Checks = [.. _checks.Select(check => check.Report(_totals) with { DryRun = check.Spec.DryRun, Source = check.Spec.From?.Source })],
            Gates = [.. _gates.Select(gate => gate.Report(failed))],
            CandidateRequests = _totals.CandidateRequests,
            CandidateErrors = _totals.CandidateErrors,
            BaselineRequests = _totals.BaselineRequests,
            BaselineErrors = _totals.BaselineErrors,
        };
    }

    /// <summary>All that it has learned, as bytes: whoever restores them and goes on says exactly what this one would have said.</summary>
    public byte[] Save()
    {
        Snapshot state = new();
        var (format, made) = (Format, Fingerprint);
        state.Sync(ref format);
        state.Sync(ref made);
        Sync(state);
        return state.Written.ToArray();
    }

    /// <summary>Goes on from what another one saved. Null when that is of another version, of other checks or gates, or not whole.</summary>
    public static CanaryAnalysis? Restore(ReadOnlyMemory<byte> saved, ImmutableArray<CheckSpec> checks, ImmutableArray<Weight> gates)
    {
        CanaryAnalysis analysis = new(checks, gates);
        Snapshot state = new(saved);
        try
        {
            var (format, made) = (0, 0L);
            state.Sync(ref format);
            state.Sync(ref made);
            if (format != Format || made != analysis.Fingerprint)
            {
                return null;
            }

            analysis.Sync(state);
            return state.IsAtEnd ? analysis : null;
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            return null;
        }
    }

    /// <summary>FNV-1a of what it was made of.</summary>
    private long Fingerprint
    {
        get
        {
            var hash = 14695981039346656037UL;
            foreach (var part in Encoding.UTF8.GetBytes(JsonSerializer.Serialize((_specs, _exposures), FingerprintOptions)))
            {
                hash = (hash ^ part) * 1099511628211UL;
            }

            return (long)hash;
        }
    }

    private static JsonSerializerOptions FingerprintOptions { get; } = new(SlipwayJson.Options) { IncludeFields = true };

    private void Sync(Snapshot state)
    {
        _totals.Sync(state);
        state.Sync(ref _now);
        state.Sync(ref _hasBegun);
        _noise.Sync(state);
        foreach (var check in _checks)
        {
            check.Sync(state);
        }

        foreach (var gate in _gates)
        {
            gate.Sync(state);
        }
    }

    private static Check Make(CheckSpec spec) => spec switch
    {
        CheckSpec.Errors errors => new RatesCheck(errors),
        CheckSpec.Count count => new RatesCheck(count),
        CheckSpec.Latency latency => new LatencyCheck(latency),
        CheckSpec.Outage outage => new OutageCheck(outage),
        CheckSpec.Gauge gauge => new GaugeCheck(gauge),
        CheckSpec.Limit limit => new LimitCheck(limit),
        CheckSpec.Split split => new SplitCheck(split),
        CheckSpec.Signal signal => new SignalCheck(signal),
        CheckSpec.Threshold threshold => new ThresholdCheck(threshold),
        CheckSpec.Judge judge => new JudgeCheck(judge),
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
    }

    private void Compare(in SplitSeen split)
    {
        foreach (var check in _checks)
        {
            (check as SplitCheck)?.Observe(split, 1 / Noise.Unknown);
        }
    }

    private void Compare(in Tick tick)
    {
        _totals += tick;
        foreach (var check in _checks)
        {
            check.Observe(tick);
        }

        if (tick.Candidate.Answered > 0)
        {
            Answered();
        }

        Settle();
    }

    private void Settle()
    {
        var any = false;
        foreach (var check in _checks)
        {
            if (!check.HasFailed && check.IsAtLimit)
            {
                check.Fail(_totals);
            }

            any |= check.HasFailed && !check.Spec.DryRun;
        }

        if (!any && Together >= _limit)
        {
            Strongest.Fail(_totals, Sentences.Text($"all checks together reach {Sentences.Evidence(Together, _limit)}"));
        }
    }

    /// <summary>
    /// The average of all evidence, each weighted by the share of the whole α that its check has: a bet too, whatever the checks have to do
    /// with each other, and never weaker than looking at each alone.
    /// </summary>
    private double Together
    {
        get
        {
            var sum = double.NegativeInfinity;
            for (var i = 0; i < _checks.Length; i++)
            {
                sum = _checks[i].LogEvidence is { } log ? LogSum.Of(sum, _shares[i] + log) : sum;
            }

            return sum;
        }
    }

    /// <summary>
    /// The check that the evidence of all mostly comes from. Failed requests count as slow ones too, but not the other way round: where errors
    /// explain at least half of it, they are what is named.
    /// </summary>
    private Check Strongest => _checks.FirstOrDefault(c => c is { Spec: CheckSpec.Errors { DryRun: false } } && c.LogEvidence >= _limit / 2)
        ?? _checks.Zip(_shares).Where(c => c.First.LogEvidence is not null).MaxBy(c => c.Second + c.First.LogEvidence!.Value).First;

    private void Answered()
    {
        foreach (var gate in _gates)
        {
            gate.HasAnswered();
        }
    }
}
