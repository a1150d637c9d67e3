using System.Collections.Immutable;
using CsCheck;
using Slipway.Core.Analysis;
using Slipway.Core.Traffic;
using static Slipway.Core.Tests.Analysis.SimulatedTraffic;

namespace Slipway.Core.Tests.Analysis;

public class MoreChecksTests
{
    private static readonly MetricQuery Asked = new("prom", MetricShape.Value, ImmutableSortedDictionary<string, string>.Empty);
    private static readonly ImmutableArray<Weight> Half = [new(50_000)];

    [Theory]
    [InlineData(130, 100, false, Verdict.Fail)]
    [InlineData(105, 100, false, Verdict.Inconclusive)]
    [InlineData(70, 100, false, Verdict.Inconclusive)]
    [InlineData(70, 100, true, Verdict.Fail)]
    public void AGaugeFailsWhenItIsWorseByMoreThanIsTolerated(double candidate, double baseline, bool lessIsWorse, Verdict verdict)
    {
        Random random = new(1);
        CanaryAnalysis analysis = new([new CheckSpec.Gauge { As = "memory", From = Asked, LessIsWorse = lessIsWorse }], []);
        Values(analysis, "memory", 60, _ => (candidate + random.NextDouble(), baseline + random.NextDouble()));
        Assert.Equal(verdict, analysis.Report().Checks[0].Verdict);
    }

    [Fact]
    public void HealthyGaugesAreHardlyEverFailed()
    {
        var failed = Enumerable.Range(1, 300).Count(seed =>
        {
            Random random = new(seed);
            CanaryAnalysis analysis = new([new CheckSpec.Gauge { As = "cpu", From = Asked, Tolerance = 0, Alpha = 0.01 }], []);
            Values(analysis, "cpu", 240, _ => (random.NextDouble() + random.NextDouble(), random.NextDouble() + random.NextDouble()));
            return analysis.Report().Verdict is Verdict.Fail;
        });
        Assert.InRange(failed, 0, 6);
    }

    [Fact]
    public void ALimitIsNotJudgedOnFewRequestsAndFailsOnMany()
    {
        CanaryAnalysis analysis = new([new CheckSpec.Limit { ErrorRate = 0.05, Minimum = 200 }], Half);
        for (var second = 1; second <= 80; second++)
            analysis.Observe(TimeSpan.FromSeconds(second), Counts(2, 2, 2), Counts(50, 50, 50));
        Assert.Equal((Verdict.Inconclusive, "Not judged yet: 160 of the 200 requests needed were seen"), (Limit(analysis).Verdict, Limit(analysis).Summary));
        for (var second = 81; second <= 100; second++)
            analysis.Observe(TimeSpan.FromSeconds(second), Counts(2, 2, 2), Counts(50, 50, 50));
        Assert.Equal((Verdict.Fail, "100.00 % failed in 200 requests, where at most 5.00 % is allowed"), (Limit(analysis).Verdict, Limit(analysis).Summary));
    }

    [Fact]
    public void ALimitThatIsKeptOpensItsGates()
    {
        CanaryAnalysis analysis = new([new CheckSpec.Limit { Quantile = 0.95, Slowest = TimeSpan.FromSeconds(1) }], Half);
        SimulatedTraffic traffic = new(1);
        for (var second = 1; second <= 59; second++)
            analysis.Observe(TimeSpan.FromSeconds(second), traffic.Second().Candidate, null);
        Assert.False(analysis.Report().IsSafeAt(Half[0]));
        analysis.Observe(TimeSpan.FromSeconds(61), traffic.Second().Candidate, null);
        Assert.True(analysis.Report().IsSafeAt(Half[0]));
        Assert.Equal(Verdict.Pass, analysis.Report().Verdict);
    }

    [Theory]
    [InlineData(5, Verdict.Fail)]
    [InlineData(40, Verdict.Fail)]
    [InlineData(12, Verdict.Inconclusive)]
    public void ASplitThatIsNotWhatItShouldBeIsFound(int candidate, Verdict verdict)
    {
        CanaryAnalysis analysis = new([new CheckSpec.Split()], []);
        for (var second = 1; second <= 300; second++)
            analysis.Observe(TimeSpan.FromSeconds(second), Counts(candidate, candidate), Counts(100 - candidate, 100 - candidate), new SplitSeen(0.1, candidate, 100));
        Assert.Equal(verdict, analysis.Report().Checks[0].Verdict);
        Assert.StartsWith($"{candidate}.00 % of ", analysis.Report().Checks[0].Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void NoShareWithinTheToleranceMakesTheSplitsBetUnfair() =>
        Gen.Select(Gen.Double[0.02, 0.9], Gen.Double[1.05, 3], Gen.Double[0, 1], Gen.Int[1, 12]).Sample((expected, tolerance, where, n) =>
        {
            var (least, most) = (expected / tolerance, Math.Min(expected * tolerance, 1 - ((1 - expected) / tolerance)));
            var p = least + (where * (most - least));
            var mean = 0.0;
            for (var x = 0; x <= n; x++)
            {
                SplitCheck check = new(new CheckSpec.Split { Tolerance = tolerance });
                check.Observe(new SplitSeen(expected, x, n), 1);
                mean += Binomial(n, x, p) * Math.Exp(check.LogEvidence!.Value);
            }

            return mean <= 1 + 1e-9;
        }, iter: 300);

    [Fact]
    public void ASignalSaysYesOrNoAndSilenceIsNeither()
    {
        CanaryAnalysis yes = new([new CheckSpec.Signal { As = "smoke", From = Asked }], Half), no = new([new CheckSpec.Signal { As = "smoke", From = Asked }], Half);
        Assert.Equal((Verdict.Inconclusive, "Nothing was said yet"), (yes.Report().Checks[0].Verdict, yes.Report().Checks[0].Summary));
        Say(yes, "smoke", 60, new Measurement.Judged(true, "90 of 90"), null);
        Say(no, "smoke", 60, new Measurement.Judged(false, "2 of 90 failed"), null);
        Assert.Equal((Verdict.Pass, true), (yes.Report().Verdict, yes.Report().IsSafeAt(Half[0])));
        Assert.Equal((Verdict.Fail, "It says no: 2 of 90 failed"), (no.Report().Verdict, no.Report().Checks[0].Summary));
    }

    [Fact]
    public void AThresholdCountsAsArgoAndAsFlagger()
    {
        CanaryAnalysis argo = new([new CheckSpec.Threshold { From = Asked, Least = 99, FailureLimit = 1 }], Half), flagger = new([new CheckSpec.Threshold { From = Asked, Least = 99, Flagger = 2 }], Half);
        double[] rates = [99.9, 98, 99.5, 97];
        foreach (var (rate, i) in rates.Select((r, i) => (r, i)))
        {
            Assert.NotEqual(Verdict.Fail, argo.Report().Verdict);
            Say(argo, "threshold", 60 * (i + 1), new Measurement.Value(rate), null);
            Say(flagger, "threshold", 60 * (i + 1), new Measurement.Value(rate), null);
        }

        Assert.Equal((Verdict.Fail, "97 at last; 2 of 4 measurements were outside at least 99"), (argo.Report().Verdict, argo.Report().Checks[0].Summary));
        Assert.NotEqual(Verdict.Fail, flagger.Report().Verdict);
        Say(flagger, "threshold", 300, new Measurement.Value(99.9), null);
        Assert.Equal(Verdict.Fail, flagger.Report().Verdict);
    }

    [Fact]
    public void TheJudgeSpeaksWhenItHasItsPoints()
    {
        CanaryAnalysis analysis = new([new CheckSpec.Judge { From = Asked, Points = 20, Direction = Slipway.Core.Analysis.Judges.KayentaDirection.Increase }], Half);
        Random random = new(1);
        Values(analysis, "judge", 19, _ => (20 + random.NextDouble(), 10 + random.NextDouble()));
        Assert.Equal("Not judged yet: 19 of 20 points of each side were measured", analysis.Report().Checks[0].Summary);
        Values(analysis, "judge", 20, _ => (20 + random.NextDouble(), 10 + random.NextDouble()));
        Assert.Equal(Verdict.Fail, analysis.Report().Verdict);
    }

    [Fact]
    public void ALittleEverywhereIsSeenTogether()
    {
        SimulatedTraffic traffic = new(4) { CandidateErrors = 0.02, Slowdown = 1.25 };
        CanaryAnalysis analysis = new([new CheckSpec.Errors(), new CheckSpec.Latency()], []);
        analysis.LearnBaseline(traffic.Baseline(6000), TimeSpan.FromSeconds(-1));
        for (var second = 1; analysis.Report().Verdict is not Verdict.Fail; second++)
        {
            var (candidate, baseline) = traffic.Second();
            analysis.Observe(TimeSpan.FromSeconds(second), candidate, baseline);
        }

        var failed = analysis.Report().Checks.Single(c => c.Verdict is Verdict.Fail);
        Assert.Single(analysis.Report().Checks, c => c.Verdict is Verdict.Fail);
        Assert.True(failed.LogEvidence >= failed.LogLimit || failed.Summary.Contains("all checks together reach evidence ", StringComparison.Ordinal));
    }

    [Fact]
    public void TheRangeOfTheEffectHoldsTheTruth()
    {
        var missed = Enumerable.Range(1, 200).Count(seed =>
        {
            SimulatedTraffic traffic = new(seed) { RequestsPerSecond = 200, CandidateShare = 0.5, BaselineErrors = 0.02, CandidateErrors = 0.06 };
            EffectInterval interval = new();
            var ok = true;
            for (var second = 1; second <= 100; second++)
            {
                var (c, b) = traffic.Second();
                interval.Update(new(c.Completed, c.ServerErrors, b.Completed, b.ServerErrors), 1);
                ok &= !(interval.Lower > 3) && !(interval.Upper < 3);
            }

            return !ok;
        });
        Assert.InRange(missed, 0, 10);
    }

    [Fact]
    public void TheRangeOfTheEffectIsNarrowOnceMuchWasSeen()
    {
        EffectInterval interval = new();
        Assert.Equal((null, null), (interval.Lower, interval.Upper));
        for (var second = 1; second <= 100; second++)
            interval.Update(new(100, 6, 100, 2), 1);
        Assert.InRange(interval.Lower!.Value, 2, 3);
        Assert.InRange(interval.Upper!.Value, 3, 4);
    }

    [Fact]
    public void AnInconclusiveVerdictSaysWhatItCouldHaveSeenAndWhatWouldChangeIt()
    {
        CanaryAnalysis analysis = new([new CheckSpec.Errors { Dispersion = 1 }], Half);
        for (var second = 1; second <= 60; second++)
            analysis.Observe(TimeSpan.FromSeconds(second), Counts(10, 10, second % 20 == 0 ? 1 : 0), Counts(90, 90, second % 2));
        var errors = analysis.Report().Checks[0];
        Assert.Equal(Verdict.Inconclusive, errors.Verdict);
        Assert.InRange(errors.CouldSee!.Value, 2, 8);
        Assert.Contains(" times as often or more would have been seen; evidence ", errors.Summary, StringComparison.Ordinal);
        Assert.StartsWith("About ", errors.Change, StringComparison.Ordinal);
        Assert.Equal(0.9, errors.Effect!.Ratio!.Value, 2);
    }

    [Fact]
    public void TenTimesTheTrafficOnBothSidesDoesNotMakeHealthyCandidatesFail()
    {
        var failed = ParallelEnumerable.Range(1, 100).Count(seed =>
        {
            SimulatedTraffic traffic = new(seed) { RequestsPerSecond = 1000 };
            CanaryAnalysis analysis = new([new CheckSpec.Errors { Tolerance = 1 }], []);
            for (var second = 1; second <= 200; second++)
            {
                var (candidate, baseline) = traffic.Second();
                analysis.Observe(TimeSpan.FromSeconds(second), candidate, baseline);
            }

            return analysis.Report().Verdict is Verdict.Fail;
        });
        Assert.InRange(failed, 0, 4);
    }

    [Fact]
    public void DetectorsAllocateNothing()
    {
        RateDetector rate = new(RateKind.Bernoulli, 1.1, 0.001), count = new(RateKind.Count, 1.1, 0);
        SafeDetector safe = new(1.5, 0.002), fewer = new(1.5, 0, kind: RateKind.Count);
        GaugeDetector gauge = new();
        EffectInterval interval = new();
        LatencyDetector latency = new([100, 300, 80, 20]);
        Noise noise = new();
        long[] candidate = [1, 2, 3, 4], baseline = [9, 20, 5, 1];
        var shards = NoiseTests.Users(s => s % 3);
        void Update(int second)
        {
            Window seen = new(10, 1, 90, 2);
            var at = TimeSpan.FromSeconds(second);
            rate.Update(at, seen, 0.7);
            count.Update(at, seen, 0.7);
            safe.Update(at, seen, 0.7);
            fewer.Update(at, seen, 0.7);
            gauge.Update(second % 7);
            interval.Update(seen, 0.7);
            latency.Update(at, candidate, baseline, 0.7);
            noise.Observe(at, shards);
        }

        for (var second = 1; second <= 100; second++)
            Update(second);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var second = 101; second <= 2000; second++)
            Update(second);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static CheckReport Limit(CanaryAnalysis analysis) => analysis.Report().Checks.Single(c => c.Name == "limit");

    private static void Values(CanaryAnalysis analysis, string check, int count, Func<int, (double Candidate, double Baseline)> values)
    {
        var begun = analysis.Report().Checks[0].CandidateRequests;
        for (var i = 1; i <= count; i++)
        {
            var (candidate, baseline) = values(i);
            Say(analysis, check, (int)(30 * (begun + i)), new Measurement.Value(candidate), new Measurement.Value(baseline));
        }
    }

    private static void Say(CanaryAnalysis analysis, string check, int second, Measurement candidate, Measurement? baseline) =>
        analysis.Observe(new MetricWindow(check, TimeSpan.FromSeconds(second), candidate, baseline));

    private static double Binomial(int n, int x, double p)
    {
        var ways = 1.0;
        for (var i = 0; i < x; i++)
            ways = ways * (n - i) / (i + 1);
        return ways * Math.Pow(p, x) * Math.Pow(1 - p, n - x);
    }
}
