using static Slipway.Core.Analysis.Sentences;

namespace Slipway.Core.Analysis;

/// <summary>One number of both sides, averaged over blocks and compared pair by pair. Can only fail.</summary>
internal sealed class GaugeCheck(CheckSpec.Gauge spec) : Check(spec)
{
    private readonly GaugeDetector _detector = new();
    private readonly double _limit = -Math.Log(spec.Alpha);
    private TimeSpan? _blockEnds;
    private double _candidate;
    private double _baseline;
    private double _candidateMean;
    private double _baselineMean;
    private long _inBlock;

    public override double? LogEvidence => _detector.LogEvidence;

    public override double? LogLimit => _limit;

    public override bool IsAtLimit => _detector.LogEvidence >= _limit;

    public override void Learn(TimeSpan at, in SideTick baseline)
    {
        // Only what is measured side by side is compared.
    }

    protected override void Update(in Tick tick) => throw new System.Diagnostics.UnreachableException("gateways count no gauges");

    protected override string? Update(TimeSpan at, Measurement candidate, Measurement? baseline, bool isWarm)
    {
        if (candidate is not Measurement.Value { Number: var c } || baseline is not Measurement.Value { Number: var b })
        {
            return "the source gave no numbers of both sides";
        }

        if (!double.IsFinite(c) || !double.IsFinite(b))
        {
            return Text($"{(double.IsFinite(c) ? b : c)} is no number to compare");
        }

        if (isWarm)
        {
            Add(at, c, b);
        }

        return null;
    }

    protected override void SyncMore(Snapshot state)
    {
        _detector.Sync(state);
        state.Sync(ref _blockEnds);
        state.Sync(ref _candidate);
        state.Sync(ref _baseline);
        state.Sync(ref _candidateMean);
        state.Sync(ref _baselineMean);
        state.Sync(ref _inBlock);
    }

    protected override CheckReport Describe(in Totals totals) =>
        new Totals(_detector.Count, 0, _detector.Count, 0).Report(Spec.Name, IsAtLimit ? Verdict.Fail : Verdict.Inconclusive, Summary()) with
        {
            LogEvidence = _detector.LogEvidence, LogLimit = _limit,
            Effect = _detector.Count == 0 || _baselineMean == 0 ? null : new EffectSize(_candidateMean / _baselineMean, null, null),
        };

    private void Add(TimeSpan at, double candidate, double baseline)
    {
        _blockEnds ??= at + spec.Block;
        (_candidate, _baseline, _inBlock) = (_candidate + candidate, _baseline + baseline, _inBlock + 1);
        if (at < _blockEnds)
        {
            return;
        }

        var (c, b) = (_candidate / _inBlock, _baseline / _inBlock);
        (_candidate, _baseline, _inBlock, _blockEnds) = (0, 0, 0, at + spec.Block);
        var tolerated = spec.Tolerance * Math.Abs(b);
        _detector.Update(spec.LessIsWorse ? b - tolerated - c : c - b - tolerated);
        _candidateMean += (c - _candidateMean) / _detector.Count;
        _baselineMean += (b - _baselineMean) / _detector.Count;
    }

    private string Summary() => _detector.Count == 0
        ? $"Nothing was compared yet: the first block of {Time(spec.Block)} has not ended"
        : Text($"{_candidateMean:0.####} on average against {_baselineMean:0.####} in {_detector.Count} {(_detector.Count == 1 ? "pair" : "pairs")} of blocks; {Evidence(_detector.LogEvidence, _limit)}");
}
