using System.Collections.Immutable;
using System.Text.Json;
using CsCheck;
using Slipway.Core.Analysis;
using Slipway.Core.Traffic;

namespace Slipway.Core.Tests.Analysis;

public class StratifiedTests
{
    private static readonly ImmutableArray<CheckSpec> Checks = [new CheckSpec.Errors(), new CheckSpec.Latency()];
    private static readonly ImmutableArray<CheckSpec> Diluted = [new CheckSpec.Errors { Strata = StrataChoice.None }, new CheckSpec.Latency { Strata = StrataChoice.None }];
    private static readonly ImmutableArray<Weight> Gates = [new(50_000)];

    /// <summary>All outcomes of two windows of two routes that break no tolerance: what the bets win on average is no more than they stake.</summary>
    [Fact]
    public void TheAverageIsFair() => Gen.Select(Gen.Double[0.02, 0.6], Gen.Double[0.02, 0.6], Gen.Double[0.3, 1]).Sample((first, second, better) =>
    {
        const double tolerance = 1.1;
        var outcomes = (from c1 in Enumerable.Range(0, 2) from b1 in Enumerable.Range(0, 3) from c2 in Enumerable.Range(0, 2) from b2 in Enumerable.Range(0, 3)
                        let chance = Binomial(1, c1, tolerance * first * better) * Binomial(2, b1, first) * Binomial(1, c2, tolerance * second * better) * Binomial(2, b2, second)
                        select (Candidate: Failed(1, c1, c2), Baseline: Failed(2, b1, b2), Chance: chance)).ToArray();
        var won = 0.0;
        foreach (var one in outcomes)
        {
            foreach (var two in outcomes)
            {
                CanaryAnalysis analysis = new([new CheckSpec.Errors { Tolerance = tolerance, Dispersion = 1 }], []);
                analysis.LearnBaseline(Failed(20, 1, 9), TimeSpan.FromSeconds(-1));
                analysis.Observe(TimeSpan.FromSeconds(1), one.Candidate, one.Baseline);
                analysis.Observe(TimeSpan.FromSeconds(2), two.Candidate, two.Baseline);
                won += one.Chance * two.Chance * Math.Exp(analysis.Report().Checks[0].LogEvidence!.Value);
            }
        }

        Assert.InRange(won, 0.01, 1 + 1e-9);
    }, iter: 12, threads: 1);

    [Fact]
    public void WhereNothingIsPartedOrOneStratumIsAloneNothingChanges()
    {
        PartedTraffic traffic = new(3) { Faulty = ("checkout", 0.2) };
        CanaryAnalysis whole = new(Checks, Gates), alone = new(Checks, Gates), off = new(Diluted, Gates);
        for (var second = -60; second < 120; second++)
        {
            var (candidate, baseline) = traffic.Second();
            Show(whole, second, candidate with { Strata = default }, baseline with { Strata = default });
            Show(alone, second, (candidate with { Strata = default }).In("eu"), (baseline with { Strata = default }).In("eu"));
            Show(off, second, candidate, baseline);
            Assert.Equal(Text(whole.Report()), Text(alone.Report()));
            Assert.Equal(Text(whole.Report()), Text(off.Report()));
        }
    }

    [Fact]
    public void AFaultInASmallRouteIsFoundByItsNameAndNotDiluted()
    {
        var (parted, diluted, elsewhere) = (new List<long>(), new List<long>(), 0);
        for (var seed = 1; seed <= 15; seed++)
        {
            var (failed, requests) = Until(new PartedTraffic(seed) { Faulty = ("checkout", 0.3) }, Checks[..1]);
            parted.Add(requests);
            diluted.Add(Until(new PartedTraffic(seed) { Faulty = ("checkout", 0.3) }, Diluted[..1]).Sum);
            Assert.True(failed!.LogEvidence >= failed.LogLimit);
            if (failed.Stratum is null)
            {
                elsewhere++;
                continue;
            }

            Assert.Equal("route/checkout", failed.Stratum);
            Assert.StartsWith("In route checkout: ", failed.Summary, StringComparison.Ordinal);
            Assert.InRange(failed.CandidateRequests, 1, requests / 5);
            Assert.True(failed.CandidateErrors / (double)failed.CandidateRequests > 0.1);
        }

        Assert.InRange(elsewhere, 0, 2);

        TestContext.Current.TestOutputHelper?.WriteLine($"{Median(parted)} requests against {Median(diluted)}");
        Assert.True(Median(parted) * 3 < Median(diluted), $"{Median(parted)} requests against {Median(diluted)}");
    }

    [Fact]
    public void ASlowRouteIsFoundByItsName()
    {
        var found = Until(new PartedTraffic(5) { Slow = ("search", 2) }, Checks);

        Assert.Equal(("latency", "route/search"), (found.Failed!.Name, found.Failed.Stratum));
        Assert.True(found.Failed.Latency!.CandidateMedian > 1.5 * found.Failed.Latency.BaselineMedian);
    }

    [Fact]
    public void AFaultEverywhereIsSeldomAStratumsAndCostsLittleMore()
    {
        var (parted, diluted, blamed) = (new List<long>(), new List<long>(), 0);
        for (var seed = 1; seed <= 15; seed++)
        {
            var found = Until(new PartedTraffic(seed) { Faulty = ("", 0.03) }, Checks);
            parted.Add(found.Sum);
            diluted.Add(Until(new PartedTraffic(seed) { Faulty = ("", 0.03) }, Diluted).Sum);
            blamed += found.Failed!.Stratum is null ? 0 : 1;
        }

        Assert.InRange(blamed, 0, 4);
        TestContext.Current.TestOutputHelper?.WriteLine($"{Median(parted)} requests against {Median(diluted)}");
        Assert.True(Median(parted) < Median(diluted) * 1.5, $"{Median(parted)} requests against {Median(diluted)}");
    }

    [Fact]
    public void HealthyCandidatesAreLeftAlone()
    {
        for (var seed = 1; seed <= 10; seed++)
            Assert.Null(Until(new PartedTraffic(seed), Checks, seconds: 600).Failed);
    }

    [Fact]
    public void WhoeverRestoresAndGoesOnSaysExactlyWhatWouldHaveBeenSaid() =>
        Gen.Select(Gen.Int[1, 1_000_000], Gen.Int[-50, 100], Gen.Double[0, 0.5]).Sample((seed, until, errors) =>
        {
            PartedTraffic traffic = new(seed) { Faulty = ("checkout", errors) };
            CanaryAnalysis whole = new(Checks, Gates);
            for (var second = -60; second < until; second++)
                Show(whole, second, traffic.Second());
            var restored = CanaryAnalysis.Restore(whole.Save(), Checks, Gates)!;
            for (var second = until; second < until + 60; second++)
            {
                var sides = traffic.Second();
                Show(whole, second, sides);
                Show(restored, second, sides);
            }

            Assert.Equal(Text(whole.Report()), Text(restored.Report()));
            Assert.Equal(whole.Save(), restored.Save());
        }, iter: 20);

    [Fact]
    public void AWindowAllocatesNothing()
    {
        RatesCheck errors = new(new CheckSpec.Errors());
        LatencyCheck latency = new(new CheckSpec.Latency());
        PartedTraffic traffic = new(1);
        var ticks = Enumerable.Range(0, 400).Select(i => traffic.Second() is var (c, b) ? new Tick(TimeSpan.FromSeconds(i), SideTick.Of(c), SideTick.Of(b), 1, 1) : default).ToArray();
        foreach (var tick in ticks[..300])
            Observe(tick);

        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var tick in ticks.AsSpan(300))
            Observe(tick);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Observe(in Tick tick)
        {
            errors.Observe(tick);
            latency.Observe(tick);
        }
    }

    private static (CheckReport? Failed, long Sum) Until(PartedTraffic traffic, ImmutableArray<CheckSpec> checks, int seconds = 7200)
    {
        CanaryAnalysis analysis = new(checks, Gates);
        for (var second = -600; second < 0; second++)
            Show(analysis, second, traffic.Second());
        for (var second = 0; second < seconds; second++)
        {
            Show(analysis, second, traffic.Second());
            if (analysis.Report() is { Verdict: Verdict.Fail } report)
                return (report.Checks.First(c => c.Verdict is Verdict.Fail), report.CandidateRequests);
        }

        return (null, analysis.Report().CandidateRequests);
    }

    private static void Show(CanaryAnalysis analysis, int second, (SideCounts Candidate, SideCounts Baseline) sides) => Show(analysis, second, sides.Candidate, sides.Baseline);

    private static void Show(CanaryAnalysis analysis, int second, SideCounts candidate, SideCounts baseline)
    {
        if (second < 0)
            analysis.LearnBaseline(baseline, TimeSpan.FromSeconds(second));
        else
            analysis.Observe(TimeSpan.FromSeconds(second), candidate, baseline);
    }

    private static SideCounts Failed(int each, int first, int second) => new()
    {
        Environment = default, Candidate = default, Started = 2 * each, Completed = 2 * each, ServerErrors = first + second,
        Strata = [new("route/a") { Completed = each, ServerErrors = first }, new("route/b") { Completed = each, ServerErrors = second }],
    };

    private static double Binomial(int n, int x, double p) => (n, x) switch { (2, 1) => 2, _ => 1 } * Math.Pow(p, x) * Math.Pow(1 - p, n - x);

    private static long Median(List<long> all) => all.Order().ElementAt(all.Count / 2);

    private static string Text<T>(T value) => JsonSerializer.Serialize(value, SlipwayJson.Options);
}
