namespace Slipway.Core.Analysis;

/// <summary>Somebody else's verdict, as it was last said.</summary>
internal sealed class SignalCheck(CheckSpec.Signal spec) : Check(spec)
{
    private bool? _passes;
    private string? _said;

    public override bool IsAtLimit => _passes == false;

    public override void Learn(TimeSpan at, in SideTick baseline)
    {
        // Nothing of the baseline is asked.
    }

    protected override Safety MakeSafety(Traffic.Weight exposure) => new RuleSafety($"what {Spec.Name} says");

    protected override void Update(in Tick tick) => throw new System.Diagnostics.UnreachableException("gateways give no signals");

    protected override string? Update(TimeSpan at, Measurement candidate, Measurement? baseline, bool isWarm)
    {
        if (candidate is not Measurement.Judged judged)
        {
            return "the source gave no judgement";
        }

        if (isWarm)
        {
            (_passes, _said) = (judged.Passes, judged.Said);
            for (var i = 0; i < Safeties.Count && judged.Passes; i++)
            {
                ((RuleSafety)Safeties[i]).Pass();
            }
        }

        return null;
    }

    protected override void SyncMore(Snapshot state)
    {
        var passes = _passes is null ? -1 : _passes.Value ? 1 : 0;
        state.Sync(ref passes);
        state.Sync(ref _said);
        _passes = passes < 0 ? null : passes == 1;
    }

    protected override CheckReport Describe(in Totals totals) => default(Totals).Report(Spec.Name,
        _passes switch { true => Verdict.Pass, false => Verdict.Fail, null => Verdict.Inconclusive },
        _passes switch { true => $"It says yes{Said}", false => $"It says no{Said}", null => "Nothing was said yet" });

    private string Said => _said is { Length: > 0 } ? $": {_said}" : "";
}
