using static Slipway.Core.Analysis.Sentences;

namespace Slipway.Core.Analysis;

/// <summary>What a gate waits for from one check. What a bet has shown stays shown.</summary>
internal abstract class Safety
{
    private bool _isSafe;

    public bool IsSafe
    {
        get => _isSafe;
        protected set => _isSafe = value;
    }

    /// <summary>Natural log of the evidence for being safe; null for a rule.</summary>
    public virtual double? LogEvidence => null;

    public virtual double? LogLimit => null;

    public virtual Margin? Margin => null;

    /// <summary>What was or is to be shown, with <c>was</c> or <c>is not yet</c> in it.</summary>
    public abstract string Shown(string verb);

    public virtual void Sync(Snapshot state) => state.Sync(ref _isSafe);
}

/// <summary>A rate below a margin over the baseline's.</summary>
internal sealed class RateSafety(string check, RateKind kind, Margin margin, double limit) : Safety
{
    private readonly SafeDetector _detector = new(margin.Ratio, margin.Difference, kind: kind);
    private double _scale = 1;
    private bool _isByClient;

    public override double? LogEvidence => _detector.LogEvidence;

    public override double? LogLimit => limit;

    public override Margin? Margin => margin;

    public void Learn(TimeSpan at, double requests, double errors) => _detector.Learn(at, requests, errors);

    public void CountClients(BaselineRate past, in Window carry, double temper)
    {
        _detector.Recount(past, carry, temper);
        _isByClient = true;
    }

    /// <param name="scale">How many times a share of requests is the same share of what is counted.</param>
    public void Update(TimeSpan at, in Window seen, double temper, double scale)
    {
        _scale = scale;
        _detector.Update(at, seen, temper, margin.Times(scale).Difference);
        IsSafe |= _detector.LogEvidence >= limit;
    }

    public override string Shown(string verb) => kind is RateKind.Bernoulli
        ? Text($"{(_isByClient ? "a share of clients with a failure" : "an error rate")} below {margin.Ratio:0.##} times the baseline's plus {Percent(margin.Times(_scale).Difference)} {verb} shown")
        : Text($"a rate of {check} below {margin.Ratio:0.##} times the baseline's {verb} shown");

    public override void Sync(Snapshot state)
    {
        base.Sync(state);
        _detector.Sync(state);
        state.Sync(ref _scale);
        state.Sync(ref _isByClient);
    }
}

/// <summary>A rule that has to have passed.</summary>
/// <param name="what">What is to be shown.</param>
internal sealed class RuleSafety(string what) : Safety
{
    public void Pass() => IsSafe = true;

    public override string Shown(string verb) => $"{what} {verb} shown";
}
