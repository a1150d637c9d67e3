using CsCheck;
using Slipway.Core.Analysis;
using Slipway.Core.Analysis.Judges;

namespace Slipway.Core.Tests.Analysis.Judges;

/// <summary>Scenario B17 and B18, and Flagger's counting. S, F, I, E: a measurement that succeeds, fails, is inconclusive, is an error.</summary>
public class ThresholdRuleTests
{
    [Theory]
    [InlineData(0, "S", ArgoPhase.Running)]
    [InlineData(0, "F", ArgoPhase.Failed)]
    [InlineData(2, "FF", ArgoPhase.Running)]
    [InlineData(2, "FSFSF", ArgoPhase.Failed)]
    [InlineData(-1, "FFFFFFFF", ArgoPhase.Running)]
    [InlineData(0, "I", ArgoPhase.Inconclusive)]
    [InlineData(0, "EEEE", ArgoPhase.Running)]
    [InlineData(0, "EEEEE", ArgoPhase.Error)]
    [InlineData(0, "EEEESEEEE", ArgoPhase.Running)]
    [InlineData(1, "EEEEFEEEE", ArgoPhase.Running)]
    public void B17LimitsEndAMetricWhenTheyAreExceeded(int failureLimit, string measurements, ArgoPhase phase) =>
        Assert.Equal(phase, Run(new ArgoRule(failureLimit), measurements).Phase);

    [Theory]
    [InlineData(0, 0, "SSS", ArgoPhase.Successful)]
    [InlineData(2, 0, "FSF", ArgoPhase.Successful)]
    [InlineData(-1, 0, "FFF", ArgoPhase.Successful)]
    [InlineData(2, 3, "SSS", ArgoPhase.Successful)]
    [InlineData(2, 3, "SFS", ArgoPhase.Inconclusive)]
    [InlineData(-1, 3, "SFS", ArgoPhase.Failed)]
    [InlineData(0, 0, "SESES", ArgoPhase.Successful)]
    [InlineData(0, 0, "SESE", ArgoPhase.Running)]
    public void B17AReachedCountEndsAMetricByTheLimitsInForce(int failureLimit, int consecutiveSuccessLimit, string measurements, ArgoPhase phase) =>
        Assert.Equal(phase, Run(new ArgoRule(failureLimit, ConsecutiveSuccessLimit: consecutiveSuccessLimit, Count: 3), measurements).Phase);

    [Fact]
    public void EnoughSuccessesInARowEndAMetricBeforeItsCount()
    {
        ArgoRule rule = new(FailureLimit: 5, ConsecutiveSuccessLimit: 2);
        Assert.Equal(ArgoPhase.Running, Run(rule, "SFSISE".Replace('I', 'F')).Phase);
        Assert.Equal((ArgoPhase.Successful, 4), (Run(rule, "SFSSF").Phase, Run(rule, "SFSSF").Count));
    }

    [Fact]
    public void B18StoppedBeforeItsFirstMeasurementIsNoEvidenceAndNotAPass() => Assert.Equal(Verdict.Inconclusive, new ArgoState().Verdict);

    [Fact]
    public void AMetricOfWhichNothingSucceededIsNoPassWhateverArgoCallsIt()
    {
        var end = Run(new ArgoRule(FailureLimit: -1, Count: 2), "FF");
        Assert.Equal((ArgoPhase.Successful, Verdict.Inconclusive), (end.Phase, end.Verdict));
        Assert.Equal(Verdict.Pass, Run(new ArgoRule(Count: 1), "S").Verdict);
        Assert.Equal(Verdict.Fail, Run(new ArgoRule(), "F").Verdict);
        Assert.Equal(Verdict.Error, Run(new ArgoRule(), "EEEEE").Verdict);
    }

    [Theory]
    [InlineData(true, null, ArgoOutcome.Successful)]
    [InlineData(false, null, ArgoOutcome.Failed)]
    [InlineData(null, true, ArgoOutcome.Failed)]
    [InlineData(null, false, ArgoOutcome.Successful)]
    [InlineData(true, false, ArgoOutcome.Successful)]
    [InlineData(true, true, ArgoOutcome.Failed)]
    [InlineData(false, false, ArgoOutcome.Inconclusive)]
    [InlineData(null, null, ArgoOutcome.Successful)]
    public void AMeasurementIsReadByItsTwoConditions(bool? success, bool? failure, ArgoOutcome outcome) => Assert.Equal(outcome, ArgoRule.Measured(success, failure));

    [Fact]
    public void AnEndedMetricChangesNoMore() => GenMeasurements.Sample(measurements =>
    {
        var states = measurements.Scan(new ArgoState(), (state, m) => new ArgoRule(1, 1, 1, 3, 6).Next(state, m)).ToList();
        var ended = states.FindIndex(state => state.Phase is not ArgoPhase.Running);
        return ended < 0 || states.Skip(ended).Distinct().Count() == 1;
    });

    [Fact]
    public void FlaggerForgetsNoFailureAndRollsBackOneIntervalLater() => Gen.Select(Gen.Int[0, 6], Gen.Bool.Array[0, 40]).Sample((threshold, passes) =>
    {
        var end = passes.Aggregate(new FlaggerState(), (state, passed) => new FlaggerRule(threshold).Next(state, passed));
        var failed = Enumerable.Range(0, passes.Length).Where(i => !passes[i]).ToList();
        var last = failed.Count >= Math.Max(1, threshold) ? failed[Math.Max(1, threshold) - 1] : passes.Length;
        return end.RolledBackAt == (last + 1 < passes.Length ? last + 1 : null);
    });

    [Theory]
    [InlineData(99.0, true)]
    [InlineData(98.99, false)]
    [InlineData(null, false)]
    [InlineData(double.NaN, false)]
    public void FlaggerTakesNoValuesForAFailedCheck(double? value, bool holds) => Assert.Equal(holds, new FlaggerRange(Min: 99).Holds(value));

    private static readonly Gen<ArgoOutcome[]> GenMeasurements = Gen.Enum<ArgoOutcome>().Array[0, 20];

    private static ArgoState Run(ArgoRule rule, string measurements) =>
        measurements.Aggregate(new ArgoState(), (state, letter) => rule.Next(state, letter switch
        {
            'S' => ArgoOutcome.Successful,
            'F' => ArgoOutcome.Failed,
            'I' => ArgoOutcome.Inconclusive,
            _ => ArgoOutcome.Error,
        }));
}

internal static class Scanning
{
    public static IEnumerable<TState> Scan<T, TState>(this IEnumerable<T> items, TState start, Func<TState, T, TState> next)
    {
        foreach (var item in items)
        {
            start = next(start, item);
            yield return start;
        }
    }
}
