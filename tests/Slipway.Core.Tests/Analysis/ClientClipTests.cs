using System.Collections.Immutable;
using System.Text.Json;
using CsCheck;
using Slipway.Core.Analysis;
using Slipway.Core.Traffic;

namespace Slipway.Core.Tests.Analysis;

/// <summary>Each client counts once a second, so that those who ask again and again after a failure weigh no more than others.</summary>
public class ClientClipTests
{
    private static readonly ImmutableArray<Weight> Gates = [new(1_000), new(50_000)];

    [Fact]
    public void NeitherRetriesNorTheOrderOfRequestsChangeTheEvidence() =>
        Gen.Select(Gen.Int[1, 1_000_000], Gen.Int[0, 30], Gen.Double[0, 0.05]).Sample((seed, retries, errors) =>
        {
            CanaryAnalysis quiet = new([new CheckSpec.Errors()], []), storm = new([new CheckSpec.Errors()], []);
            Run(quiet, new(seed) { Retries = 0, CandidateErrors = errors }, 60);
            Run(storm, new(seed) { Retries = retries, CandidateErrors = errors }, 60);
            Assert.Equal(Errors(quiet).LogEvidence, Errors(storm).LogEvidence);
            Assert.Equal(Errors(quiet).Clients, Errors(storm).Clients);
        }, iter: Runs.Of(50));

    [Fact]
    public void EvidenceOfClientsThatAskSeveralTimesIsFair() =>
        Gen.Select(Gen.Int[1, 4].Array[1, 3], Gen.Double[1, 3], Gen.Double[0, 0.3], Gen.Double[0, 1], Gen.Double[0, 1], Gen.Double[0, 1]).Sample((asked, ratio, pb, part, a, b) =>
        {
            var pc = part * ratio * pb;
            double[] candidate = [.. asked.Select(m => 1 - Math.Pow(1 - pc, m))], baseline = [.. asked.Concat(asked).Select(m => 1 - Math.Pow(1 - pb, m))];
            var mean = Outcomes(candidate).SelectMany(c => Outcomes(baseline), (c, o) => (c, o)).Sum(both =>
                both.c.Chance * both.o.Chance * Math.Exp(LogEvidence.OfWorse(new(candidate.Length, both.c.Failed, baseline.Length, both.o.Failed), a, b, ratio, 0)));
            Assert.InRange(mean, 0, 1 + 1e-9);
        }, iter: Runs.Of(300));

    [Fact]
    public void WhereNoClientAsksTwiceNothingIsOtherThanByRequests()
    {
        CheckSpec.Errors errors = new() { AbsoluteTolerance = 0.01 };
        CanaryAnalysis clients = new([errors], Gates), requests = new([errors], Gates);
        ClientTraffic traffic = new(5) { Retries = 0, CandidateErrors = 0.03 };
        for (var second = 0; second < 300; second++)
        {
            var (candidate, baseline) = traffic.Second();
            Show(clients, second, candidate, baseline);
            Show(requests, second, ClientTraffic.ByRequest(candidate), ClientTraffic.ByRequest(baseline));
        }

        var (one, other) = (Errors(clients), Errors(requests));
        Assert.Equal((other.LogEvidence, other.CouldSee, other.Effect), (one.LogEvidence, one.CouldSee, one.Effect));
        Assert.Equal(requests.Report().Gates.Select(g => g.LogEvidence), clients.Report().Gates.Select(g => g.LogEvidence));
        Assert.Equal((other.CandidateRequests, other.CandidateErrors), (one.Clients!.Candidate, one.Clients.CandidateFailed));
        Assert.Null(other.Clients);
    }

    [Fact]
    public void ReportsSayWhatIsCounted()
    {
        CanaryAnalysis analysis = new([new CheckSpec.Errors()], Gates);
        Run(analysis, new(1) { RequestsPerClient = 3 }, 200);
        var errors = Errors(analysis);
        Assert.Matches(@"^\d+ of [\d,]+ clients saw a failure \(each counts once a second\), \d+ of [\d,]+ on the baseline: ", errors.Summary);
        Assert.True(errors.CandidateRequests >= 3 * errors.Clients!.Candidate);
        Assert.Contains("a share of clients with a failure below 1.5 times the baseline's plus 0.6", analysis.Report().Gates[1].Summary, StringComparison.Ordinal);
        Assert.Equal(0.002, analysis.Report().Gates[1].MarginDifference!.Value, 9);
    }

    [Theory]
    [InlineData(CountedPer.Auto, 0.003, 0, 8, true)]
    [InlineData(CountedPer.Auto, 0.05, 0, 8, false)]
    [InlineData(CountedPer.Auto, 0.003, 0.03, 8, false)]
    [InlineData(CountedPer.Auto, 0.0001, 0, 12, false)]
    [InlineData(CountedPer.Client, 0.05, 0.03, 12, true)]
    [InlineData(CountedPer.Request, 0.003, 0, 2, false)]
    public void ClientsAreCountedWhereFewOfThemFailAndTheyAreNoCrowdsUnlessItIsSaid(CountedPer per, double baseline, double tolerance, int perClient, bool expected)
    {
        CanaryAnalysis analysis = new([new CheckSpec.Errors { Per = per, AbsoluteTolerance = tolerance }], Gates);
        Run(analysis, new(1) { RequestsPerClient = perClient, BaselineErrors = baseline, CandidateErrors = baseline }, 30, learned: perClient == 12 ? 0 : 600);
        Assert.Equal(expected, Errors(analysis).Clients is not null);
    }

    [Fact]
    public void WhereOneSideIsNotCountedByClientsRequestsAreForGood()
    {
        CanaryAnalysis analysis = new([new CheckSpec.Errors { Per = CountedPer.Client }], Gates);
        ClientTraffic traffic = new(1);
        for (var second = 0; second < 40; second++)
        {
            var (candidate, baseline) = traffic.Second();
            Show(analysis, second, second < 30 ? ClientTraffic.ByRequest(candidate) : candidate, baseline);
        }

        Assert.Null(Errors(analysis).Clients);
    }

    /// <summary>Where requests are counted and nothing is held for noise, many are: so the test could fail.</summary>
    [Fact]
    public void AHealthyCandidateIsNotStoppedForItsClientsRetries()
    {
        int Stopped(bool byClient, int learned, double? dispersion = null) =>
            ParallelEnumerable.Range(1, 60).Count(seed => Run(new([new CheckSpec.Errors { Dispersion = dispersion }], []), new(seed), 900, byClient, learned) is not null);
        Assert.InRange(Stopped(byClient: true, learned: 600), 0, 1);
        Assert.InRange(Stopped(byClient: true, learned: 0), 0, 1);
        Assert.InRange(Stopped(byClient: false, learned: 0), 0, 14);
        Assert.InRange(Stopped(byClient: false, learned: 0, dispersion: 1), 15, 60);
    }

    [Fact]
    public void NorIsItTakenForSlow()
    {
        int Stopped(bool byClient, double? dispersion = null) => ParallelEnumerable.Range(1, 30).Count(seed =>
            Run(new([new CheckSpec.Errors { Dispersion = dispersion }, new CheckSpec.Latency { Dispersion = dispersion }], []), new(seed), 600, byClient, learned: 10) is not null);
        Assert.InRange(Stopped(byClient: true), 0, 1);
        Assert.InRange(Stopped(byClient: false), 0, 3);
        Assert.InRange(Stopped(byClient: false, dispersion: 1), 4, 30);
    }

    [Fact]
    public void NoiseOfClientsIsNearOneWhateverTheirRetries()
    {
        Noise noise = new();
        ClientTraffic traffic = new(1);
        for (var second = 1; second <= 1800; second++)
            noise.Observe(TimeSpan.FromSeconds(second), traffic.Baseline());
        Assert.InRange(noise.OfClients, 1, 1.4);
        Assert.InRange(noise.OfErrors, 15, 40);
    }

    [Fact]
    public void UnderRetriesAFaultIsFoundWithFewerRequests()
    {
        long[] Found(bool byClient) => [.. Enumerable.Range(1, 30).Select(seed => Run(new([new CheckSpec.Errors()], []), new(seed) { CandidateErrors = 0.012 }, 3600, byClient) ?? long.MaxValue).Order()];
        var (clients, requests) = (Found(byClient: true), Found(byClient: false));
        Assert.True(clients[15] < requests[15], $"{clients[15]} against {requests[15]}");
    }

    [Fact]
    public void WhoeverRestoresGoesOnInTheSameUnit() => Gen.Select(Gen.Int[1, 1000], Gen.Int[0, 60]).Sample((seed, until) =>
    {
        ClientTraffic traffic = new(seed) { RequestsPerClient = 2, CandidateErrors = 0.02 };
        CanaryAnalysis whole = new([new CheckSpec.Errors { AbsoluteTolerance = 0.001 }], Gates);
        Run(whole, traffic, until, learned: 10);
        var restored = CanaryAnalysis.Restore(whole.Save(), [new CheckSpec.Errors { AbsoluteTolerance = 0.001 }], Gates)!;
        for (var second = until; second < until + 40; second++)
        {
            var (candidate, baseline) = traffic.Second();
            Show(whole, second, candidate, baseline);
            Show(restored, second, candidate, baseline);
        }

        Assert.Equal(JsonSerializer.Serialize(whole.Report(), SlipwayJson.Options), JsonSerializer.Serialize(restored.Report(), SlipwayJson.Options));
        Assert.Equal(whole.Save(), restored.Save());
    }, iter: Runs.Of(30));

    [Fact]
    public void ClientsOfSeveralGatewaysAddUpAndAreUnknownWhereOneDoesNotCountThem()
    {
        var (one, other) = (new ClientTraffic(1).Baseline(), new ClientTraffic(2).Baseline());
        Assert.Equal(one.Clients!.Plus(other.Clients!), one.Then(other).Clients);
        Assert.Equal(one.Shards!.Clients.Zip(other.Shards!.Clients, (a, b) => a + b), one.Then(other).Shards!.Clients);
        var unknown = one.Then(ClientTraffic.ByRequest(other));
        Assert.Null(unknown.Clients);
        Assert.True(unknown.Shards!.Clients.IsDefault);
        Assert.Equal(one.Clients, one.Then(SimulatedTraffic.Counts(inFlight: 1)).Clients);
    }

    /// <summary>Ten minutes of the baseline, then both sides. Requests of the candidate until it failed; null when it did not.</summary>
    private static long? Run(CanaryAnalysis analysis, ClientTraffic traffic, int seconds, bool byClient = true, int learned = 600)
    {
        for (var second = -learned; second < 0; second++)
        {
            var baseline = traffic.Baseline();
            analysis.LearnBaseline(byClient ? baseline : ClientTraffic.ByRequest(baseline), TimeSpan.FromSeconds(second));
        }

        for (var second = 0; second < seconds; second++)
        {
            var (candidate, baseline) = traffic.Second();
            Show(analysis, second, byClient ? candidate : ClientTraffic.ByRequest(candidate), byClient ? baseline : ClientTraffic.ByRequest(baseline));
            if (analysis.Report().Verdict is Verdict.Fail)
                return Errors(analysis).CandidateRequests;
        }

        return null;
    }

    private static void Show(CanaryAnalysis analysis, int second, SideCounts candidate, SideCounts baseline) => analysis.Observe(TimeSpan.FromSeconds(second), candidate, baseline);

    private static CheckReport Errors(CanaryAnalysis analysis) => analysis.Report().Checks[0];

    /// <summary>How many of some clients see a failure, each with a chance of its own.</summary>
    private static (int Failed, double Chance)[] Outcomes(double[] chances)
    {
        var ways = new double[chances.Length + 1];
        ways[0] = 1;
        foreach (var chance in chances)
        {
            for (var k = chances.Length; k >= 0; k--)
                ways[k] = (ways[k] * (1 - chance)) + (k > 0 ? ways[k - 1] * chance : 0);
        }

        return [.. ways.Select((chance, failed) => (failed, chance))];
    }
}
