using System.Collections.Immutable;
using CsCheck;
using Slipway.Core.Analysis;
using Slipway.Core.Analysis.Judges;

namespace Slipway.Core.Tests.Analysis.Judges;

/// <summary>Scenarios G of the peers' own tests, and what a judge must not do whatever the points are.</summary>
public class KayentaTests
{
    private static readonly ImmutableDictionary<string, double> NoWeights = ImmutableDictionary<string, double>.Empty;

    [Fact]
    public void G1OnePassAndOneHighScoreFifty() => Assert.Equal(50, Score(Of(KayentaLabel.Pass), Of(KayentaLabel.High)).Score);

    [Fact]
    public void G2PassHighAndLowScoreAThird() => Assert.Equal(33.33, Score(Of(KayentaLabel.Pass), Of(KayentaLabel.High), Of(KayentaLabel.Low)).Score);

    [Fact]
    public void G3GroupsCountByTheirWeights()
    {
        var weights = NoWeights.Add("1", 75).Add("2", 25);
        var judged = KayentaScore.Of([Of(KayentaLabel.Pass, "1"), Of(KayentaLabel.Pass, "1"), Of(KayentaLabel.High, "2")], weights);
        Assert.Equal((75, KayentaClassification.Pass, Verdict.Pass), (judged.Score, judged.Classification, judged.Verdict));
    }

    [Fact]
    public void G4EqualWeightsAreNoSpecialCase() => Assert.Equal(
        25,
        KayentaScore.Of([Of(KayentaLabel.Pass, "1"), Of(KayentaLabel.High, "1"), Of(KayentaLabel.High, "2")], NoWeights.Add("1", 50).Add("2", 50)).Score);

    [Fact]
    public void G5AGroupWithoutDataIsInsufficientEvidenceAndNotTheHundredThatKayentaSays()
    {
        var judged = Score(Of(KayentaLabel.Pass, "1"), Of(KayentaLabel.Pass, "1"), Of(KayentaLabel.Nodata, "2") with { HasData = false });
        Assert.Equal((100, KayentaClassification.Pass), (judged.Score, judged.Classification));
        Assert.Equal(Verdict.Inconclusive, judged.Verdict);
        Assert.Equal("Insufficient evidence: no data in group 2", judged.Summary);
    }

    [Fact]
    public void G6ACriticalMetricThatChangedFailsEverything()
    {
        var judged = Score(Of(KayentaLabel.Pass), Of(KayentaLabel.Pass), Of(KayentaLabel.Pass), Of(KayentaLabel.High) with { IsCritical = true });
        Assert.Equal((0, KayentaClassification.Fail, Verdict.Fail), (judged.Score, judged.Classification, judged.Verdict));
    }

    [Fact]
    public void G7HalfOfTheMetricsWithoutDataScoreZeroAndAreNoVerdict()
    {
        var judged = Score(Of(KayentaLabel.Pass), Of(KayentaLabel.Nodata) with { HasData = false });
        Assert.Equal((0, KayentaClassification.Fail, Verdict.Inconclusive), (judged.Score, judged.Classification, judged.Verdict));
    }

    [Theory]
    [InlineData(80, null, null, true)]
    [InlineData(0, null, null, true)]
    [InlineData(50, 50.0, null, false)]
    [InlineData(51, 50.0, null, true)]
    [InlineData(51, 50.0, 75.0, false)]
    [InlineData(75, 50.0, 75.0, true)]
    [InlineData(74, null, 75.0, false)]
    public void G8AStageEndsByItsLastScore(double score, double? marginal, double? pass, bool succeeds)
    {
        Assert.Equal(succeeds, KayentaJudge.Succeeds(score, marginal, pass));
        Assert.Equal(marginal is null || score > marginal, KayentaJudge.GoesOn(score, marginal));
    }

    [Fact]
    public void G9TheSameValuesInAnotherOrderPass() => Assert.Equal(KayentaLabel.Pass, Judged([1, 2, 3], [3, 1, 2]).Label);

    [Fact]
    public void G10AMutedMetricIsJudgedButNotCounted()
    {
        KayentaMetric good = Metric([1, 2, 3, 4], [2, 1, 4, 3]);
        var bad = Metric([1, 2, 3, 4], [10, 20, 30, 40]) with { Critical = true };
        Assert.Equal((100, Verdict.Pass), (Judge(good).Score, Judge(good).Verdict));
        Assert.Equal((0, Verdict.Fail), (Judge(good, bad).Score, Judge(good, bad).Verdict));
        var muted = Judge(good, bad with { Muted = true });
        Assert.Equal((100, Verdict.Pass, KayentaLabel.High), (muted.Score, muted.Verdict, muted.Metrics[1].Label));
    }

    [Fact]
    public void ItsOwnUnitTestsNumbersComeOut()
    {
        var comparison = KayentaClassifier.Classify(Metric([1, 2, 3, 4], [10, 20, 30, 40]) with { Confidence = 0.95 }).Comparison!;
        Assert.Equal((6, 39, 22.5), (comparison.Lower, comparison.Upper, comparison.Estimate));
    }

    [Fact]
    public void TwoConstantsThatDifferAreLabelledAlikeEveryTime()
    {
        Assert.Equal(KayentaLabel.High, Judged([5, 5, 5], [6, 6]).Label);
        Assert.Equal(KayentaLabel.Low, Judged([5, 5, 5], [4]).Label);
        Assert.Equal(KayentaLabel.Pass, KayentaClassifier.Classify(Metric([5, 5], [6, 6]) with { Effect = new(AllowedIncrease: 1.5) }).Label);
    }

    [Fact]
    public void NothingMeasuredIsNeverAPass()
    {
        KayentaMetric none = Metric([], []);
        Assert.Equal(Verdict.Inconclusive, Judge().Verdict);
        Assert.Equal(Verdict.Inconclusive, Judge(none).Verdict);
        Assert.Equal(Verdict.Inconclusive, Judge(none with { Critical = true }).Verdict);
        var replaced = Judge(none with { NaNStrategy = KayentaNaNStrategy.Replace });
        Assert.Equal((KayentaLabel.Pass, 100, Verdict.Inconclusive), (replaced.Metrics[0].Label, replaced.Score, replaced.Verdict));
        Assert.Equal(Verdict.Error, Judge(Metric([1, 2], [double.PositiveInfinity, 2])).Verdict);
    }

    [Fact]
    public void MissingPointsAreLeftOutOrZero()
    {
        var metric = Metric([1, 2, 3, 4, 5], [1, double.NaN, 2, 4, 5, 3]);
        Assert.Equal(KayentaLabel.Pass, KayentaClassifier.Classify(metric).Label);
        Assert.Null(KayentaClassifier.Classify(metric).Comparison);
        Assert.NotNull(KayentaClassifier.Classify(metric with { NaNStrategy = KayentaNaNStrategy.Replace }).Comparison);
    }

    [Fact]
    public void AnOutlierIsLeftOutOnlyWhenAsked()
    {
        double[] usual = [.. Enumerable.Range(0, 200).Select(i => 10 + (i % 10))];
        var metric = Metric(usual, [.. usual, 1e6]);
        Assert.Null(KayentaClassifier.Classify(metric with { RemoveOutliers = true }).Comparison);
        Assert.NotNull(KayentaClassifier.Classify(metric).Comparison);
    }

    [Fact]
    public void AShiftWiderThanBothSidesIsHighAndSwappedLow() => Gen.Select(GenPoints, GenPoints, Gen.Double[100, 300]).Sample((control, above, gap) =>
    {
        double[] experiment = [.. above.Select(point => point + 100 + gap)];
        return control.Concat(experiment).Distinct().Count() == 1
            || (Judged(control, experiment).Label, Judged(experiment, control).Label) is (KayentaLabel.High, KayentaLabel.Low);
    });

    [Fact]
    public void AnyPointsAreJudgedWithAScoreInRange() => Gen.Select(GenAnything, GenAnything, Gen.Bool, Gen.Bool).Sample((control, experiment, critical, replace) =>
    {
        var judged = Judge(Metric(control, experiment) with
        {
            Critical = critical,
            NaNStrategy = replace ? KayentaNaNStrategy.Replace : KayentaNaNStrategy.Remove,
        });
        var measured = judged.Metrics[0].HasData && judged.Metrics[0].Label is not KayentaLabel.Error;
        return judged.Score is >= 0 and <= 100 && (judged.Verdict is not (Verdict.Pass or Verdict.Fail) || measured);
    });

    private static readonly Gen<double[]> GenPoints = Gen.OneOf(Gen.Int[0, 5].Select(i => (double)i), Gen.Double[0, 100]).Array[1, 30];

    private static readonly Gen<double[]> GenAnything = Gen.OneOf(Gen.Int[0, 3].Select(i => (double)i), Gen.Double).Array[0, 12];

    private static KayentaResult Of(KayentaLabel label, string group = "g") => new($"{label}", label, false, [group]);

    private static KayentaJudgement Score(params ImmutableArray<KayentaResult> results) => KayentaScore.Of(results, NoWeights);

    private static KayentaJudgement Judge(params ImmutableArray<KayentaMetric> metrics) => KayentaJudge.Judge(metrics, NoWeights);

    private static KayentaResult Judged(double[] control, double[] experiment) => KayentaClassifier.Classify(Metric(control, experiment));

    private static KayentaMetric Metric(double[] control, double[] experiment) =>
        new() { Name = "m", Groups = ["g"], Control = [.. control], Experiment = [.. experiment] };
}
