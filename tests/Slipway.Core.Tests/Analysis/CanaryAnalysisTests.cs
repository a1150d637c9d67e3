using System.Collections.Immutable;
using CsCheck;
using Slipway.Core.Analysis;
using Slipway.Core.Traffic;
using static Slipway.Core.Tests.Analysis.SimulatedTraffic;

namespace Slipway.Core.Tests.Analysis;

public class CanaryAnalysisTests
{
    private static readonly ImmutableArray<CheckSpec> ErrorsAndLatency = [new CheckSpec.Errors(), new CheckSpec.Latency()];
    private static readonly ImmutableArray<Weight> Ladder = [new(1_000), new(5_000), new(10_000), new(25_000), new(50_000)];

    [Fact]
    public void HealthyCandidatesAreHardlyEverFailed()
    {
        var failed = ParallelEnumerable.Range(1, 300)
            .Count(seed => Failure(Run(new(seed), seconds: 600, analysis: new(ErrorsAndLatency, [new(50_000)]))) is not null);
        Assert.InRange(failed, 0, 6);
    }

    [Fact]
    public void HealthyCandidatesBecomeSafeAtEveryGateOfTheLadder()
    {
        foreach (var seed in Enumerable.Range(1, 10))
        {
            var report = Run(new(seed), seconds: 1800, until: r => r.Verdict == Verdict.Pass).Report();
            Assert.Equal(Verdict.Pass, report.Verdict);
            Assert.True(report.IsSafeAt(new(50_000)));
        }
    }

    [Fact]
    public void TwentyTimesTheErrorsAreFoundWithinAFewHundredRequests() =>
        Assert.InRange(Median(seed => Run(new(seed) { CandidateErrors = 0.1 }, until: IsFailed), "errors"), 10, 250);

    [Fact]
    public void AFewErrorsAgainstNoneAreFoundWithinAFewHundredRequests() =>
        Assert.InRange(Median(seed => Run(new(seed) { BaselineErrors = 0, CandidateErrors = 0.015 }, until: IsFailed), "errors", "latency"), 10, 450);

    [Fact]
    public void ASlowCandidateIsFound() =>
        Assert.InRange(Median(seed => Run(new(seed) { Slowdown = 1.6 }, until: IsFailed), "latency"), 10, 400);

    [Fact]
    public void AFaultThatBeginsLateIsFoundToo()
    {
        var analysis = Run(new(7), seconds: 1800);
        Assert.Null(Failure(analysis));
        Run(new(8) { CandidateErrors = 0.1 }, seconds: 60, analysis: analysis, from: 1800);
        Assert.Equal("errors", Failure(analysis)?.Name);
    }

    [Fact]
    public void FiveTimesSlowerWithinTheToleranceIsNoDefect()
    {
        var tolerant = new CheckSpec.Latency { Tolerance = 0.05, Floor = TimeSpan.FromSeconds(20) };
        Assert.Null(Failure(Run(new(3) { Slowdown = 5 }, analysis: new([tolerant], []))));
    }

    [Fact]
    public void AColdStartIsNotADefect()
    {
        var analysis = new CanaryAnalysis([new CheckSpec.Latency { WarmUp = TimeSpan.FromSeconds(30) }], []);
        Run(new(1) { Slowdown = 8 }, seconds: 30, analysis: analysis);
        Run(new(2), seconds: 300, analysis: analysis, from: 30);
        Assert.Null(Failure(analysis));
    }

    [Fact]
    public void CandidateThatFailsEveryRequestFastIsNotQuick()
    {
        var analysis = new CanaryAnalysis([new CheckSpec.Latency()], []);
        Run(new(1) { CandidateErrors = 1, Slowdown = 0.1 }, seconds: 60, analysis: analysis);
        Assert.Equal("latency", Failure(analysis)?.Name);
    }

    [Fact]
    public void LatencyIsInconclusiveUntilTheBaselineIsKnown()
    {
        var analysis = new CanaryAnalysis([new CheckSpec.Latency { WarmUp = TimeSpan.Zero }], []);
        var traffic = new SimulatedTraffic(1) { RequestsPerSecond = 20, Slowdown = 50 };
        Observe(analysis, traffic, 1, 26);
        var latency = Check(analysis, "latency");
        Assert.Equal((Verdict.Inconclusive, 0.0), (latency.Verdict, latency.LogEvidence));
        Assert.Contains("of the 500 baseline requests", latency.Summary, StringComparison.Ordinal);
        Observe(analysis, traffic, 27, 60);
        Assert.Equal(Verdict.Fail, Check(analysis, "latency").Verdict);
    }

    [Fact]
    public void AFailureKeepsTheNumbersOfItsMoment()
    {
        var analysis = Run(new(1) { CandidateErrors = 0.5 }, until: IsFailed);
        var moment = Failure(analysis);
        Run(new(2) { CandidateErrors = 0 }, seconds: 900, analysis: analysis, from: 600);
        Assert.Equal(moment, Failure(analysis));
        Assert.True(moment!.LogEvidence >= moment.LogLimit);
        Assert.Equal(Verdict.Fail, analysis.Report().Verdict);
        Assert.All(analysis.Report().Gates, gate => Assert.False(gate.Safe));
    }

    [Fact]
    public void NoGateIsSafeWithoutCandidateRequests() =>
        Gen.Select(Gen.Bool, Gen.Int[0, 500].Array[1, 50]).Sample((withErrors, baseline) =>
        {
            var analysis = new CanaryAnalysis(withErrors ? ErrorsAndLatency : [], Ladder);
            for (var i = 0; i < baseline.Length; i++)
            {
                analysis.Observe(TimeSpan.FromSeconds(i), i % 2 == 0 ? Counts() : null, Counts(baseline[i], baseline[i]));
            }

            var report = analysis.Report();
            return report.Verdict == Verdict.Inconclusive && Ladder.All(weight => !report.IsSafeAt(weight));
        });

    [Fact]
    public void TheGateThatCountsIsTheNextLargerOne()
    {
        var report = new AnalysisReport
        {
            Verdict = Verdict.Inconclusive,
            Gates = [new() { Exposure = new(1_000), Safe = true, Summary = "" }, new() { Exposure = new(5_000), Safe = false, Summary = "" }],
        };
        Assert.True(report.IsSafeAt(new(500)));
        Assert.True(report.IsSafeAt(new(1_000)));
        Assert.False(report.IsSafeAt(new(1_001)));
        Assert.False(report.IsSafeAt(Weight.Full));
    }

    [Fact]
    public void WithoutAnErrorsCheckAnAnswerOpensTheGatesButIsNoPass()
    {
        var analysis = new CanaryAnalysis([], Ladder);
        analysis.Observe(TimeSpan.FromSeconds(1), Counts(1, 1), null);
        var report = analysis.Report();
        Assert.True(report.IsSafeAt(new(50_000)));
        Assert.Equal(Verdict.Inconclusive, report.Verdict);
        Assert.All(report.Gates, gate => Assert.Null(gate.LogEvidence));
    }

    [Fact]
    public void WithoutABaselineErrorsAreInconclusiveAndSaySo()
    {
        var analysis = new CanaryAnalysis(ErrorsAndLatency, Ladder);
        for (var second = 1; second <= 60; second++)
        {
            analysis.Observe(TimeSpan.FromSeconds(second), Counts(10, 10, serverErrors: 1), null);
        }

        var errors = Check(analysis, "errors");
        Assert.Equal(Verdict.Inconclusive, errors.Verdict);
        Assert.StartsWith("60 of 600 requests failed on the candidate, but there is no baseline traffic", errors.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void SentencesCarryTheNumbers()
    {
        var analysis = new CanaryAnalysis([new CheckSpec.Errors()], []);
        analysis.LearnBaseline(Counts(10_000, 10_000), TimeSpan.FromSeconds(-60));
        analysis.Observe(TimeSpan.FromSeconds(1), Counts(181, 181, 2, 1), Counts(9120, 9120));
        var errors = Check(analysis, "errors");
        Assert.StartsWith("3 of 181 requests failed, 0 of 9,120 on the baseline: 1.66 % against 0.00 %", errors.Summary, StringComparison.Ordinal);
        Assert.EndsWith(" against a limit of 167 to 1", errors.Summary, StringComparison.Ordinal);
        Assert.Equal((181, 3, 9120, 0), (errors.CandidateRequests, errors.CandidateErrors, errors.BaselineRequests, errors.BaselineErrors));
    }

    [Fact]
    public void LatencyReportsMediansAndTails()
    {
        var latency = Check(Run(new(1) { Slowdown = 1.1 }, seconds: 60, analysis: new([new CheckSpec.Latency { Alpha = 1e-9 }], [])), "latency");
        Assert.NotNull(latency.Latency);
        Assert.InRange(latency.Latency.BaselineMedian.TotalMilliseconds, 76, 84);
        Assert.InRange(latency.Latency.CandidateMedian.TotalMilliseconds, 80, 97);
        Assert.True(latency.Latency.CandidateP95 > latency.Latency.CandidateMedian);
    }

    [Fact]
    public void CountsThatCannotBeTrueDoNoHarm()
    {
        var analysis = new CanaryAnalysis(ErrorsAndLatency, Ladder);
        var nonsense = Counts(-5, -3, 10, 7, -1) with { Latency = new(-10_000, [-4, long.MaxValue / 4]) };
        analysis.Observe(TimeSpan.FromSeconds(2), nonsense, Counts(10, 5, serverErrors: 50, noAnswer: 50));
        analysis.Observe(TimeSpan.FromSeconds(1), Counts(10, 5, 50, 50), nonsense with { Latency = default(LatencyHistogram) ?? new(0, default) });
        Assert.All(analysis.Report().Checks, check => Assert.True(double.IsFinite(check.LogEvidence ?? 0)));
    }

    [Fact]
    public void NumbersOutsideTheirRangesAreRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new CanaryAnalysis([new CheckSpec.Errors { AbsoluteTolerance = 1 }], []));

    private static bool IsFailed(AnalysisReport report) => report.Verdict == Verdict.Fail;

    private static CheckReport? Failure(CanaryAnalysis analysis) => analysis.Report().Checks.FirstOrDefault(check => check.Verdict == Verdict.Fail);

    private static CheckReport Check(CanaryAnalysis analysis, string name) => analysis.Report().Checks.Single(check => check.Name == name);

    private static CanaryAnalysis Run(
        SimulatedTraffic traffic, int seconds = 600, Func<AnalysisReport, bool>? until = null, CanaryAnalysis? analysis = null, int from = 0)
    {
        analysis ??= new(ErrorsAndLatency, Ladder);
        analysis.LearnBaseline(traffic.Baseline(6000), TimeSpan.FromSeconds(-1));
        Observe(analysis, traffic, from + 1, from + seconds, until);
        return analysis;
    }

    private static void Observe(CanaryAnalysis analysis, SimulatedTraffic traffic, int from, int to, Func<AnalysisReport, bool>? until = null)
    {
        for (var second = from; second <= to && until?.Invoke(analysis.Report()) is not true; second++)
        {
            var (candidate, baseline) = traffic.Second();
            analysis.Observe(TimeSpan.FromSeconds(second), candidate, baseline);
        }
    }

    /// <summary>The candidate's requests until the fault was found, over 21 runs; each of them must find it, by a check named (failed requests count as slow ones too).</summary>
    private static long Median(Func<int, CanaryAnalysis> run, params string[] checks)
    {
        var requests = Enumerable.Range(1, 21).Select(seed => Failure(run(seed))).Select(failure =>
        {
            Assert.Contains(failure?.Name, checks);
            return failure!.CandidateRequests;
        });
        return requests.Order().ElementAt(10);
    }
}
