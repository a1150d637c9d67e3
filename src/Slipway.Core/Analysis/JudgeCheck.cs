using System.Collections.Immutable;
using Slipway.Core.Analysis.Judges;

namespace Slipway.Core.Analysis;

/// <summary>A value of both sides, judged point by point as Kayenta does, each time that there are enough points.</summary>
internal sealed class JudgeCheck(CheckSpec.Judge spec) : Check(spec)
{
    private readonly double[] _candidate = new double[spec.Points];
    private readonly double[] _baseline = new double[spec.Points];
    private int _points;
    private Verdict _verdict;
    private string? _said;

    public override bool IsAtLimit => _verdict is Verdict.Fail;

    public override void Learn(TimeSpan at, in SideTick baseline)
    {
        // Points are taken side by side.
    }

    protected override Safety MakeSafety(Traffic.Weight exposure) => new RuleSafety($"what the judge says of {Spec.Name}");

    protected override void Update(in Tick tick) => throw new System.Diagnostics.UnreachableException("gateways give no points");

    protected override string? Update(TimeSpan at, Measurement candidate, Measurement? baseline, bool isWarm)
    {
        if (candidate is not Measurement.Value { Number: var c } || baseline is not Measurement.Value { Number: var b } || !double.IsFinite(c) || !double.IsFinite(b))
        {
            return "the source gave no numbers of both sides";
        }

        if (!isWarm)
        {
            return null;
        }

        (_candidate[_points], _baseline[_points]) = (c, b);
        if (++_points == spec.Points)
        {
            _points = 0;
            Judge();
        }

        return null;
    }

    private void Judge()
    {
        var judgement = KayentaJudge.Judge(
            [new KayentaMetric { Name = Spec.Name, Groups = [Spec.Name], Control = [.. _baseline], Experiment = [.. _candidate], Direction = spec.Direction }],
            ImmutableDictionary<string, double>.Empty);
        (_verdict, _said) = (judgement.Verdict, judgement.Summary);
        if (_verdict is Verdict.Pass)
        {
            foreach (var safety in Safeties)
            {
                ((RuleSafety)safety).Pass();
            }
        }
    }

    protected override void SyncMore(Snapshot state)
    {
        var verdict = (int)_verdict;
        state.Sync(_candidate);
        state.Sync(_baseline);
        state.Sync(ref _points);
        state.Sync(ref verdict);
        state.Sync(ref _said);
        _verdict = (Verdict)verdict;
    }

    protected override CheckReport Describe(in Totals totals) =>
        new Totals(_points, 0, _points, 0).Report(Spec.Name, _verdict, _said ?? Sentences.Text($"Not judged yet: {_points} of {spec.Points} points of each side were measured"));
}
