using CsCheck;
using Slipway.Core.Analysis;
using Slipway.Core.Traffic;
using static Slipway.Core.Tests.Analysis.SimulatedTraffic;

namespace Slipway.Core.Tests.Analysis;

public class OutageTests
{
    private readonly CanaryAnalysis _analysis = new([], []);

    [Fact]
    public void ACandidateThatHangsIsFoundInThreeSeconds()
    {
        Observe(1, Counts(started: 2, inFlight: 2), Counts(90, 90));
        Observe(2, Counts(started: 2, inFlight: 4), Counts(90, 90));
        Assert.Equal(Verdict.Inconclusive, Outage.Verdict);
        Observe(3, Counts(started: 2, inFlight: 6), Counts(90, 90));
        Assert.Equal(Verdict.Fail, Outage.Verdict);
        Assert.Equal("No answer to any of 6 requests for 3 s, while the baseline answered 270", Outage.Summary);
    }

    [Fact]
    public void ACandidateThatRefusesIsFoundWithoutABaseline()
    {
        ForSeconds(1, 3, Counts(1, 1, noAnswer: 1), null);
        Assert.Equal(Verdict.Fail, Outage.Verdict);
        Assert.EndsWith("the baseline had no traffic to compare with", Outage.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void TwoLostRequestsAreBadLuck()
    {
        Observe(1, Counts(1, 1, noAnswer: 1), Counts(90, 90));
        Observe(9, Counts(1, 1, noAnswer: 1), Counts(90, 90));
        Assert.Equal(Verdict.Inconclusive, Outage.Verdict);
    }

    [Fact]
    public void AnAnswerStartsTheSilenceAnew()
    {
        ForSeconds(1, 2, Counts(5, 5, noAnswer: 5), Counts(90, 90));
        Observe(3, Counts(5, 5, noAnswer: 4), Counts(90, 90));
        Assert.Equal(Verdict.Pass, Outage.Verdict);
        ForSeconds(4, 5, Counts(5, 5, noAnswer: 5), Counts(90, 90));
        Assert.Equal(Verdict.Inconclusive, Outage.Verdict);
        Observe(6, Counts(5, 5, noAnswer: 5), Counts(90, 90));
        Assert.Equal(Verdict.Fail, Outage.Verdict);
    }

    [Fact]
    public void SecondsWithoutCandidateTrafficNeitherCountNorReset()
    {
        ForSeconds(1, 2, Counts(5, 5, noAnswer: 5), Counts(90, 90));
        ForSeconds(3, 60, null, Counts(90, 90));
        Assert.Equal(Verdict.Inconclusive, Outage.Verdict);
        Observe(61, Counts(5, 5, noAnswer: 5), Counts(90, 90));
        Assert.Equal(Verdict.Fail, Outage.Verdict);
    }

    [Fact]
    public void AHoleInTheCountsIsNotSilence()
    {
        Observe(1, Counts(5, 5, noAnswer: 5), Counts(90, 90));
        Observe(301, Counts(5, 5, noAnswer: 5), Counts(90, 90));
        Assert.Equal(Verdict.Inconclusive, Outage.Verdict);
    }

    [Fact]
    public void WhenTheBaselineIsSilentTooNobodyIsBlamed()
    {
        ForSeconds(1, 30, Counts(5, 5, noAnswer: 5), Counts(90, 90, noAnswer: 90));
        Assert.Equal(Verdict.Error, Outage.Verdict);
        Assert.Equal(Verdict.Inconclusive, _analysis.Report().Verdict);
    }

    [Fact]
    public void AfterACommonIncidentTheCandidateHasTheWholeSilenceToComeBack()
    {
        ForSeconds(1, 30, Counts(5, 5, noAnswer: 5), Counts(90, 90, noAnswer: 90));
        ForSeconds(31, 32, Counts(5, 5, noAnswer: 5), Counts(90, 90));
        Assert.Equal(Verdict.Inconclusive, Outage.Verdict);
        Observe(33, Counts(5, 5), Counts(90, 90));
        Assert.Equal(Verdict.Pass, Outage.Verdict);
    }

    [Fact]
    public void ServerErrorsAreAnswers()
    {
        ForSeconds(1, 30, Counts(5, 5, serverErrors: 5), Counts(90, 90));
        Assert.Equal(Verdict.Pass, Outage.Verdict);
    }

    [Fact]
    public void ASlowServiceIsNotADeadOne()
    {
        var slow = Counts(90, 90) with { Latency = new(LatencyHistogram.IndexOf(5), [90]) };
        ForSeconds(1, 9, Counts(started: 1, inFlight: 3), slow);
        Assert.Equal(Verdict.Inconclusive, Outage.Verdict);
        ForSeconds(10, 12, Counts(started: 1, inFlight: 3), slow);
        Assert.Equal(Verdict.Fail, Outage.Verdict);
    }

    [Fact]
    public void TheLimitIsTheOneConfigured()
    {
        var analysis = new CanaryAnalysis([new CheckSpec.Outage { Silence = TimeSpan.FromSeconds(5) }], []);
        for (var second = 1; second <= 5; second++)
        {
            Assert.Equal(Verdict.Inconclusive, analysis.Report().Verdict);
            analysis.Observe(TimeSpan.FromSeconds(second), Counts(5, 5, noAnswer: 5), Counts(90, 90));
        }

        Assert.Equal(Verdict.Fail, analysis.Report().Verdict);
    }

    [Fact]
    public void NobodyFailsWhoAnswersEverySecondOrTwo() =>
        Gen.Select(Gen.Int[0, 1].Array[1, 60], Gen.Int[0, 9].Array[60], Gen.Int[0, 90].Array[60]).Sample((answered, lost, baseline) =>
        {
            var analysis = new CanaryAnalysis([], []);
            var since = 0;
            for (var i = 0; i < answered.Length; i++)
            {
                var answers = since == 2 ? 1 : answered[i];
                since = answers > 0 ? 0 : since + 1;
                analysis.Observe(TimeSpan.FromSeconds(i + 1), Counts(lost[i] + answers, lost[i] + answers, noAnswer: lost[i]), Counts(baseline[i], baseline[i]));
            }

            return analysis.Report().Verdict != Verdict.Fail;
        });

    private CheckReport Outage => _analysis.Report().Checks.Single(check => check.Name == "outage");

    private void ForSeconds(int from, int to, SideCounts? candidate, SideCounts? baseline)
    {
        for (var second = from; second <= to; second++)
        {
            Observe(second, candidate, baseline);
        }
    }

    private void Observe(int second, SideCounts? candidate, SideCounts? baseline) => _analysis.Observe(TimeSpan.FromSeconds(second), candidate, baseline);
}
