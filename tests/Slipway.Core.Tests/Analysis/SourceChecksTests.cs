using System.Collections.Immutable;
using Slipway.Core.Analysis;
using Slipway.Core.Traffic;
using static Slipway.Core.Tests.Analysis.SimulatedTraffic;

namespace Slipway.Core.Tests.Analysis;

/// <summary>Checks that ask metric sources: whatever they answer ends in the right verdict, named.</summary>
public class SourceChecksTests
{
    private static readonly MetricQuery Prom = new("prom", MetricShape.Counts, ImmutableSortedDictionary<string, string>.Empty.Add("total", "t").Add("count", "c"));

    private static readonly CheckSpec.Errors Errors = new() { From = Prom };

    private readonly CanaryAnalysis _analysis = new([Errors], [new(50_000)]);
    private int _minute;

    [Fact]
    public void FaultsAreFoundOnASourcesCountsAlone()
    {
        Times(6, Counts(500, 50), Counts(4500, 22));
        Assert.Equal((Verdict.Fail, Verdict.Fail), (Report.Verdict, Check.Verdict));
        Assert.StartsWith("50 of 500 requests failed, 22 of 4,500 on the baseline: 10.00 % against 0.49 % (95 % sure: ", Check.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void APartOfASourcesCountsIsComparedByItselfAndBlamed()
    {
        CanaryAnalysis parted = new([Errors], []), diluted = new([Errors], []), restored = parted;
        for (var i = 1; parted.Report().Verdict is not Verdict.Fail; i++)
        {
            var at = TimeSpan.FromMinutes(i);
            var (candidate, baseline) = (Counts(500, 6), Counts(4500, 22));
            diluted.Observe(new MetricWindow("errors", at, candidate, baseline));
            MetricWindow window = new("errors", at, candidate with { Parts = [new("handler/front", 485, 2), new("handler/pay", 15, 4)] }, baseline with { Parts = [new("handler/front", 4365, 21), new("handler/pay", 135, 1)] });
            restored = CanaryAnalysis.Restore(parted.Save(), [Errors], [])!;
            restored.Observe(window);
            parted.Observe(window);
            Assert.True(i < 20);
        }

        var failed = parted.Report().Checks[0];
        Assert.Equal("handler/pay", failed.Stratum);
        Assert.StartsWith("In handler pay: ", failed.Summary, StringComparison.Ordinal);
        Assert.Equal(failed.CandidateRequests * 4, failed.CandidateErrors * 15);
        Assert.Equal(failed, restored.Report().Checks[0]);
        Assert.NotEqual(Verdict.Fail, diluted.Report().Verdict);
    }

    [Fact]
    public void PartsThatCannotBeAreNoEvidence()
    {
        Times(20, Counts(500, 2) with { Parts = [new("handler/a", 100, -5), new("handler/b", double.NaN, 1), new("handler/c", 9, 90)] }, Counts(4500, 22));
        Assert.Equal(Verdict.Pass, Report.Verdict);
    }

    [Fact]
    public void AHealthyCandidateIsShownSafeOnASourcesCountsAlone()
    {
        Times(30, Counts(3000, 3), Counts(3000, 3));
        Assert.Equal(Verdict.Pass, Report.Verdict);
        Assert.True(Report.IsSafeAt(new(50_000)));
        Assert.True(Report.HasEvidence);
    }

    [Fact]
    public void FourFailuresInARowArePassedOverAndTheFifthIsAnError()
    {
        Times(4, new Measurement.Failed("connection refused"), Counts(10, 0));
        Assert.Equal(Verdict.Inconclusive, Check.Verdict);
        Assert.EndsWith("; the candidate could not be measured: connection refused", Check.Summary, StringComparison.Ordinal);
        Times(1, new Measurement.Failed("connection refused"), Counts(10, 0));
        Assert.Equal((Verdict.Error, "Not measured 5 times in a row: the candidate could not be measured: connection refused"), (Check.Verdict, Check.Summary));
        Assert.Equal(new Blindness("errors", "the candidate could not be measured: connection refused", WhenBlind.Pause), Report.Blind);
        Assert.Equal(Verdict.Error, Report.Verdict);
    }

    [Fact]
    public void OneAnswerEndsAnError()
    {
        Times(9, Counts(10, 0), new Measurement.Failed("timeout"));
        Assert.Equal(Verdict.Error, Report.Verdict);
        Times(1, Counts(10, 0), Counts(90, 0));
        Assert.Equal((Verdict.Inconclusive, null), (Report.Verdict, Report.Blind));
        Assert.DoesNotContain("timeout", Check.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void ATypoInAMetricsNameIsAnErrorAndNeverAPass()
    {
        Times(5, new Measurement.Nothing("no series match"), new Measurement.Nothing("no series match"));
        Assert.Equal((Verdict.Error, false), (Report.Verdict, Report.IsSafeAt(new(50_000))));
        Assert.Contains("no data of the candidate: no series match", Check.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void WhoHadNoTrafficHasNoDataAndThatIsNoError()
    {
        _analysis.Observe(TimeSpan.FromSeconds(1), SimulatedTraffic.Counts(1, 1), SimulatedTraffic.Counts(50, 50));
        Times(1, Counts(1, 0), Counts(50, 0));
        Times(20, new Measurement.Nothing("no series match"), Counts(50, 0));
        Assert.Equal(Verdict.Inconclusive, Report.Verdict);
        Assert.EndsWith("; no data of the candidate, which had no traffic", Check.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void DataOfOneSideOnlyIsAnErrorWhenTheOtherHadTraffic()
    {
        for (var i = 1; i <= 5; i++)
        {
            _analysis.Observe(TimeSpan.FromSeconds(i), SimulatedTraffic.Counts(10, 10), SimulatedTraffic.Counts(50, 50));
            Times(1, new Measurement.Nothing("no series match"), Counts(50, 0));
        }

        Assert.Equal(Verdict.Error, Report.Verdict);
    }

    [Theory]
    [InlineData(double.NaN, 0)]
    [InlineData(100, double.NaN)]
    [InlineData(double.PositiveInfinity, 1)]
    [InlineData(-5, 0)]
    [InlineData(100, 300)]
    public void CountsThatCannotBeTrueAreAnErrorAndNoEvidence(double exposure, double count)
    {
        Times(5, Counts(exposure, count), Counts(900, 0));
        Assert.Equal((Verdict.Error, 0.0), (Report.Verdict, Check.LogEvidence));
    }

    [Fact]
    public void AnAnswerOfAnotherShapeIsAnError()
    {
        Times(5, new Measurement.Value(1), new Measurement.Value(1));
        Assert.Contains("the source gave no counts of both sides", Check.Summary, StringComparison.Ordinal);
        Assert.Equal(Verdict.Error, Check.Verdict);
    }

    [Fact]
    public void LateAndRepeatedWindowsArePassedOver()
    {
        Times(3, Counts(100, 1), Counts(900, 3));
        var before = Check;
        Say(TimeSpan.FromMinutes(3), Counts(100, 90), Counts(900, 3));
        Say(TimeSpan.FromMinutes(1), Counts(100, 90), Counts(900, 3));
        Assert.Equal(before.LogEvidence, Check.LogEvidence);
        Assert.Equal($"{before.Summary}; 2 late or repeated windows were passed over", Check.Summary);
    }

    [Fact]
    public void AWindowFromTheFutureIsAnErrorOfItsClock()
    {
        _analysis.Observe(TimeSpan.FromSeconds(1), null, null);
        Say(TimeSpan.FromMinutes(9), Counts(100, 90), Counts(900, 3));
        Assert.EndsWith("the window ends 539 s from now: the clocks differ", Check.Summary, StringComparison.Ordinal);
        Assert.Equal(0, Check.LogEvidence);
    }

    [Fact]
    public void ADryRunFailsForNobody()
    {
        CanaryAnalysis analysis = new([Errors with { DryRun = true }], [new(50_000)]);
        for (var i = 1; i <= 9; i++)
            analysis.Observe(new MetricWindow("errors", TimeSpan.FromMinutes(i), Counts(500, 250), Counts(4500, 22)));
        var report = analysis.Report();
        Assert.Equal((Verdict.Inconclusive, Verdict.Fail, true), (report.Verdict, report.Checks[0].Verdict, report.Checks[0].DryRun));
        Assert.True(report.IsSafeAt(new(50_000)));
    }

    [Fact]
    public void NothingIsComparedBeforeTheInitialDelayAndDuringTheWarmUp()
    {
        CanaryAnalysis analysis = new([Errors with { InitialDelay = TimeSpan.FromMinutes(5), WarmUp = TimeSpan.FromMinutes(2) }], []);
        for (var i = 1; i <= 4; i++)
            analysis.Observe(new MetricWindow("errors", TimeSpan.FromMinutes(i), Counts(500, 250), Counts(4500, 22)));
        Assert.Equal(0, analysis.Report().Checks[0].LogEvidence);
        analysis.Observe(new MetricWindow("errors", TimeSpan.FromMinutes(5), Counts(500, 250), Counts(4500, 22)));
        Assert.Equal(Verdict.Fail, analysis.Report().Verdict);
    }

    [Fact]
    public void LatencyIsComparedOnASourcesHistograms()
    {
        CanaryAnalysis analysis = new([new CheckSpec.Latency { From = Prom, WarmUp = TimeSpan.Zero }], []);
        SimulatedTraffic traffic = new(1) { Slowdown = 2 };
        for (var i = 1; i <= 30; i++)
        {
            var (candidate, baseline) = traffic.Second();
            analysis.Observe(new MetricWindow("latency", TimeSpan.FromMinutes(i), new Measurement.Latencies(candidate!.Latency, 0), new Measurement.Latencies(baseline!.Latency, 0)));
        }

        Assert.Equal(Verdict.Fail, analysis.Report().Verdict);
    }

    [Fact]
    public void LatencyOfASourceIsReportedWithItsOwnRequestsAndNotTheGateways()
    {
        CanaryAnalysis analysis = new([new CheckSpec.Latency { From = Prom, WarmUp = TimeSpan.Zero }], []);
        SimulatedTraffic traffic = new(1);
        for (var i = 1; i <= 30; i++)
        {
            var (candidate, baseline) = traffic.Second();
            analysis.Observe(TimeSpan.FromMinutes(i), SimulatedTraffic.Counts(7, 7, 7), SimulatedTraffic.Counts(9, 9));
            analysis.Observe(new MetricWindow("latency", TimeSpan.FromMinutes(i), new Measurement.Latencies(candidate!.Latency, 1), new Measurement.Latencies(baseline!.Latency, 0)));
        }

        var latency = analysis.Report().Checks.Single(c => c.Name == "latency");
        Assert.NotEqual(30 * 7, latency.CandidateRequests);
        Assert.InRange(latency.CandidateErrors, 1, 30);
        Assert.Equal(0, latency.BaselineErrors);
        Assert.Contains(Sentences.Text($"failures, counted as slowest: {100.0 * latency.CandidateErrors / latency.CandidateRequests:0.00} % against 0.00 %"), latency.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void CountsOfAnyExposureFailAndPass()
    {
        CheckSpec.Count restarts = new() { As = "restarts", From = Prom };
        CanaryAnalysis bad = new([restarts], [new(50_000)]), good = new([restarts], [new(50_000)]);
        for (var i = 1; i <= 60; i++)
        {
            bad.Observe(new MetricWindow("restarts", TimeSpan.FromMinutes(i), Counts(60, 3), Counts(60, 1)));
            good.Observe(new MetricWindow("restarts", TimeSpan.FromMinutes(i), Counts(60, 3), Counts(60, 3)));
        }

        Assert.Equal((Verdict.Fail, Verdict.Pass), (bad.Report().Verdict, good.Report().Verdict));
    }

    private AnalysisReport Report => _analysis.Report();

    private CheckReport Check => Report.Checks[0];

    private static Measurement.Counts Counts(double exposure, double count) => new(exposure, count);

    private void Times(int count, Measurement candidate, Measurement baseline)
    {
        for (var i = 0; i < count; i++)
        {
            _analysis.Observe(TimeSpan.FromMinutes(++_minute), null, null);
            Say(TimeSpan.FromMinutes(_minute), candidate, baseline);
        }
    }

    private void Say(TimeSpan at, Measurement candidate, Measurement baseline) => _analysis.Observe(new MetricWindow("errors", at, candidate, baseline));
}
