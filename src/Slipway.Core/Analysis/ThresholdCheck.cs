using System.Text.Json;
using Slipway.Core.Analysis.Judges;
using static Slipway.Core.Analysis.Sentences;

namespace Slipway.Core.Analysis;

/// <summary>A value of the candidate against fixed limits, counted as Argo Rollouts or Flagger count.</summary>
internal sealed class ThresholdCheck(CheckSpec.Threshold spec) : Check(spec)
{
    // Errors are counted by the check's own policy, as of every check.
    private readonly ArgoRule _argo = new(spec.FailureLimit, 0, int.MaxValue, spec.SuccessLimit, spec.Measurements);
    private readonly FlaggerRule _flagger = new(spec.Flagger ?? 1);
    private ArgoState _counted = new();
    private FlaggerState _ticked = new();
    private double _last;
    private long _measured;

    public override bool IsAtLimit => spec.Flagger is null ? _counted.Verdict is Verdict.Fail : _ticked.RolledBackAt is not null;

    public override void Learn(TimeSpan at, in SideTick baseline)
    {
        // It looks at the candidate alone.
    }

    protected override Safety MakeSafety(Traffic.Weight exposure) => new RuleSafety($"that {Spec.Name} keeps its limits");

    protected override void Update(in Tick tick) => throw new System.Diagnostics.UnreachableException("gateways give no values");

    protected override string? Update(TimeSpan at, Measurement candidate, Measurement? baseline, bool isWarm)
    {
        if (candidate is not Measurement.Value { Number: var number } || !double.IsFinite(number))
        {
            return "the source gave no number";
        }

        if (isWarm)
        {
            var holds = new FlaggerRange(spec.Least, spec.Most).Holds(number);
            (_last, _measured) = (number, _measured + 1);
            _counted = _argo.Next(_counted, holds ? ArgoOutcome.Successful : ArgoOutcome.Failed);
            _ticked = _flagger.Next(_ticked, holds);
            if (Passes)
            {
                foreach (var safety in Safeties)
                {
                    ((RuleSafety)safety).Pass();
                }
            }
        }

        return null;
    }

    protected override void SyncMore(Snapshot state)
    {
        var counts = JsonSerializer.Serialize((_counted, _ticked), Fields);
        state.Sync(ref counts!);
        (_counted, _ticked) = JsonSerializer.Deserialize<(ArgoState, FlaggerState)>(counts, Fields);
        state.Sync(ref _last);
        state.Sync(ref _measured);
    }

    private static JsonSerializerOptions Fields { get; } = new(SlipwayJson.Options) { IncludeFields = true };

    /// <summary>With an end, when that is reached well; without one, after one success.</summary>
    private bool Passes => spec.Flagger is null && (spec.Measurements is not null || spec.SuccessLimit > 0)
        ? _counted.Verdict is Verdict.Pass
        : !IsAtLimit && _counted.Succeeded > 0;

    protected override CheckReport Describe(in Totals totals) => new Totals(_measured, _counted.Failed, 0, 0).Report(Spec.Name,
        IsAtLimit ? Verdict.Fail : Passes ? Verdict.Pass : Verdict.Inconclusive,
        _measured == 0 ? "Nothing was measured yet" : Text($"{_last:0.####} at last; {_counted.Failed} of {_measured} measurements were outside {Limits}"));

    private string Limits => spec switch
    {
        { Least: { } least, Most: { } most } => Text($"{least:0.####} to {most:0.####}"),
        { Least: { } least } => Text($"at least {least:0.####}"),
        _ => Text($"at most {spec.Most:0.####}"),
    };
}
