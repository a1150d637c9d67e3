using System.Text.Json;

namespace Slipway.Core.Analysis;

/// <summary>
/// One check of a running deployment: fed by the gateways every second or by a metric source at its own pace, never by both. The first
/// Fail is kept with its numbers, and ends the check.
/// </summary>
internal abstract class Check(CheckSpec spec)
{
    /// <summary>A window that ends this much later than now comes from a clock that cannot be believed.</summary>
    private static readonly TimeSpan Future = TimeSpan.FromMinutes(1);

    private readonly List<Safety> _safeties = [];
    private CheckReport? _failed;
    private TimeSpan? _warmAt;
    private TimeSpan? _newest;
    private Totals _atNewest;
    private Trouble _trouble;
    private long _passedOver;

    public CheckSpec Spec => spec;

    public bool HasFailed => _failed is not null;

    /// <summary>Whether it has compared anything.</summary>
    public bool HasCompared { get; private set; }

    /// <summary>What it waits for to call an exposure safe; empty when no exposure waits for it.</summary>
    public IReadOnlyList<Safety> Safeties => _safeties;

    /// <summary>Natural log of the evidence for a defect; null for a rule.</summary>
    public virtual double? LogEvidence => null;

    /// <summary>Where it fails by itself; null for a rule.</summary>
    public virtual double? LogLimit => null;

    /// <summary>The evidence is enough to fail.</summary>
    public abstract bool IsAtLimit { get; }

    /// <summary>Why it cannot be measured, once that happened more often in a row than its policy passes over; null while it can.</summary>
    public Blindness? Blind => !HasFailed && !spec.DryRun && _trouble.InARow > Policy.Retry ? new(spec.Name, _trouble.Why!, Policy.Then) : null;

    private OnError Policy => spec.OnError ?? OnError.Default;

    /// <summary>What is waited for at an exposure, kept and fed by the check; null when the check cannot show anything safe.</summary>
    public Safety? Guard(Traffic.Weight exposure)
    {
        if (spec.Gates && MakeSafety(exposure) is { } safety)
        {
            _safeties.Add(safety);
            return safety;
        }

        return null;
    }

    /// <summary>A tick from before the candidate had any traffic.</summary>
    public abstract void Learn(TimeSpan at, in SideTick baseline);

    /// <summary>A tick from the candidate's first traffic on.</summary>
    public void Observe(in Tick tick)
    {
        if (HasFailed || spec.From is not null)
        {
            return;
        }

        See(tick);
        if (IsWarm(tick.At, tick.Candidate.HasTraffic))
        {
            HasCompared |= tick.Candidate.Requests > 0;
            Update(tick);
        }
        else
        {
            Learn(tick.At, tick.Baseline);
        }
    }

    /// <summary>What a metric source said of a window. Late and repeated windows are passed over; what could not be measured is counted.</summary>
    /// <param name="window">Both sides.</param>
    /// <param name="now">Time since the deployment started.</param>
    /// <param name="gateway">What the gateways counted so far: who had no traffic has no data either, and that is no error.</param>
    public void Observe(MetricWindow window, TimeSpan now, in Totals gateway)
    {
        if (HasFailed)
        {
            return;
        }

        if (window.At <= _newest)
        {
            _passedOver++;
            return;
        }

        var before = _atNewest;
        (_newest, _atNewest) = (window.At, gateway);
        var counts = gateway is not { CandidateRequests: 0, BaselineRequests: 0 };
        _trouble = window.At > now + Future
            ? _trouble.Again(Sentences.Text($"the window ends {(window.At - now).TotalSeconds:0} s from now: the clocks differ"))
            : Take(window, counts && gateway.CandidateRequests == before.CandidateRequests, counts && gateway.BaselineRequests == before.BaselineRequests);
    }

    public CheckReport Report(in Totals totals)
    {
        if (_failed is not null)
        {
            return _failed;
        }

        var report = Describe(totals);
        if (_passedOver > 0)
        {
            report = report with { Summary = $"{report.Summary}; {_passedOver} late or repeated {(_passedOver == 1 ? "window was" : "windows were")} passed over" };
        }

        return Blind is { } blind
            ? report with { Verdict = Verdict.Error, Summary = $"Not measured {_trouble.InARow} times in a row: {blind.Why}" }
            : _trouble.Why is { } why ? report with { Summary = $"{report.Summary}; {why}" } : report;
    }

    /// <summary>Fails it for good, with the numbers of this moment.</summary>
    public void Fail(in Totals totals, string? together = null)
    {
        IsFailing = true;
        _failed = Describe(totals) is var report && together is null ? report with { Verdict = Verdict.Fail } : report with { Verdict = Verdict.Fail, Summary = $"{report.Summary}; {together}" };
    }

    public void Sync(Snapshot state)
    {
        var failed = _failed is null ? null : JsonSerializer.Serialize(_failed, SlipwayJson.Options);
        var (compared, inARow, why) = (HasCompared, _trouble.InARow, _trouble.Why);
        state.Sync(ref failed);
        state.Sync(ref compared);
        state.Sync(ref _warmAt);
        state.Sync(ref _newest);
        _atNewest.Sync(state);
        state.Sync(ref inARow);
        state.Sync(ref why);
        state.Sync(ref _passedOver);
        (_failed, HasCompared, _trouble) = (failed is null ? null : JsonSerializer.Deserialize<CheckReport>(failed, SlipwayJson.Options), compared, new(inARow, why));
        SyncMore(state);
        foreach (var safety in _safeties)
        {
            safety.Sync(state);
        }
    }

    /// <summary>It is being failed, whether or not by its own limit: what it says now is kept.</summary>
    protected bool IsFailing { get; private set; }

    /// <summary>Looks at a tick before it is compared or learned from.</summary>
    protected virtual void See(in Tick tick)
    {
    }

    /// <summary>Makes what is waited for at an exposure.</summary>
    protected virtual Safety? MakeSafety(Traffic.Weight exposure) => null;

    /// <summary>Takes what the gateways counted.</summary>
    protected abstract void Update(in Tick tick);

    /// <summary>Takes what a source measured; why it could not be compared, or null.</summary>
    protected virtual string? Update(TimeSpan at, Measurement candidate, Measurement? baseline, bool isWarm) => "the check takes nothing from metric sources";

    /// <summary>What the check remembers beyond what every check does.</summary>
    protected abstract void SyncMore(Snapshot state);

    protected abstract CheckReport Describe(in Totals totals);

    private bool IsWarm(TimeSpan at, bool candidateIsThere)
    {
        _warmAt ??= candidateIsThere ? at + spec.WarmUp : null;
        return at >= _warmAt && at >= spec.InitialDelay;
    }

    private Trouble Take(MetricWindow window, bool candidateIsQuiet, bool baselineIsQuiet) => (window.Candidate, window.Baseline) switch
    {
        (Measurement.Failed failed, _) => _trouble.Again($"the candidate could not be measured: {failed.Why}"),
        (_, Measurement.Failed failed) => _trouble.Again($"the baseline could not be measured: {failed.Why}"),
        (Measurement.Nothing nothing, _) when !candidateIsQuiet => _trouble.Again($"no data of the candidate: {nothing.Why}"),
        (_, Measurement.Nothing nothing) when !baselineIsQuiet => _trouble.Again($"no data of the baseline: {nothing.Why}"),
        (Measurement.Nothing, _) => new(0, "no data of the candidate, which had no traffic"),
        (_, Measurement.Nothing) => new(0, "no data of the baseline, which had no traffic"),
        var (candidate, baseline) => Compare(window.At, candidate, baseline),
    };

    private Trouble Compare(TimeSpan at, Measurement candidate, Measurement? baseline)
    {
        var isWarm = IsWarm(at, candidateIsThere: true);
        if (Update(at, candidate, baseline, isWarm) is { } why)
        {
            return _trouble.Again(why);
        }

        HasCompared |= isWarm;
        return default;
    }

    /// <param name="InARow">How many windows in a row could not be measured.</param>
    /// <param name="Why">What was wrong with the last one.</param>
    private readonly record struct Trouble(int InARow, string? Why)
    {
        public Trouble Again(string why) => new(InARow + 1, why);
    }
}
