using System.Collections.Immutable;
using System.Globalization;
using Slipway.Core.Analysis;
using Slipway.Core.Analysis.Power;
using Slipway.Core.Traffic;

namespace Slipway.Core.Tests.Analysis;

/// <summary>What is computed of the checks' power, held against the checks themselves at work.</summary>
public class PowerTests
{
    private const int Plays = 121;

    private static readonly ImmutableArray<CheckSpec> Checks = [new CheckSpec.Errors { Dispersion = 1 }, new CheckSpec.Latency { Dispersion = 1 }];

    [Theory]
    [InlineData(1000, 0.001, 10, "errors x2")]
    [InlineData(1000, 0.001, 1, "errors x5")]
    [InlineData(1000, 0.001, 50, "errors x20")]
    [InlineData(100, 0.005, 5, "errors x5")]
    [InlineData(100, 0.005, 50, "errors x2")]
    [InlineData(100, 0.005, 10, "errors x20")]
    [InlineData(100, 0.005, 10, "1 % of users fail")]
    [InlineData(100, 0.005, 1, "outage")]
    [InlineData(10, 0.02, 25, "errors x5")]
    [InlineData(1, 0.01, 50, "errors x20")]
    [InlineData(0.2, 0.01, 50, "outage", 0.5)]
    public void ErrorsAreSeenWhenItWasComputed(double rps, double errorRate, double percent, string fault, double tolerance = 0.25)
    {
        ServiceTraffic traffic = new(rps, errorRate);
        Weight weight = new((int)(percent * 1000));
        var computed = DetectionPower.Faults(traffic, weight, Checks).Single(f => f.Name == fault);

        Agree(computed.Delay, Played(traffic, weight, computed.ErrorRate, [Checks[0]], [], report => report.Checks.Single(c => c.Name == "errors").Verdict is Verdict.Fail, computed.Delay), tolerance);
    }

    [Theory]
    [InlineData(1000, 0.001, 10)]
    [InlineData(100, 0.005, 1)]
    [InlineData(100, 0.005, 5)]
    [InlineData(100, 0.005, 25)]
    [InlineData(100, 0.005, 50)]
    [InlineData(10, 0.02, 50)]
    [InlineData(2, 0.0, 10)]
    public void SafeIsSaidWhenItWasComputed(double rps, double errorRate, double percent)
    {
        ServiceTraffic traffic = new(rps, errorRate);
        Weight weight = new((int)(percent * 1000));
        var computed = DetectionPower.Gate(traffic, weight, weight, Checks)!;

        Agree(computed.Delay, Played(traffic, weight, errorRate, [Checks[0]], [weight], report => report.IsSafeAt(weight), computed.Delay));
    }

    [Theory]
    [InlineData(100, 10, 25)]
    [InlineData(100, 10, 50)]
    [InlineData(100, 50, 25)]
    [InlineData(100, 1, 50)]
    [InlineData(20, 25, 25)]
    public void SlownessIsSeenWhenItWasComputed(int rps, double percent, int slower)
    {
        ServiceTraffic traffic = new(rps, 0.005);
        Weight weight = new((int)(percent * 1000));
        var computed = DetectionPower.Faults(traffic, weight, Checks).Single(f => f.Name == $"{slower} % slower").Delay;
        var played = new List<double>();
        for (var play = 0; play < 2 * Plays; play++)
        {
            SimulatedTraffic users = new(play) { RequestsPerSecond = rps, CandidateShare = weight.Share, Slowdown = 1 + (slower / 100.0) };
            CanaryAnalysis analysis = new([Checks[1]], []);
            for (var second = -600; second < 0; second += 10)
                analysis.LearnBaseline(users.Baseline(rps * 10), TimeSpan.FromSeconds(second));
            played.Add(Until(second =>
            {
                var (candidate, baseline) = users.Second();
                analysis.Observe(TimeSpan.FromSeconds(second), candidate, baseline);
                return analysis.Report().Checks.Single(c => c.Name == "latency").Verdict is Verdict.Fail;
            }, 4 * computed.NineOfTen!.Value.TotalSeconds));
        }

        Agree(computed, played, 0.1);
    }

    /// <summary>Of three routes each has a third of what the whole bets.</summary>
    [Fact]
    public void AFaultOfEveryRouteIsSeenWhenItWasComputedOfServicesWithRoutes()
    {
        ServiceTraffic traffic = new(100, 0.005) { HasRoutes = true };
        Weight weight = new(10_000);
        var computed = DetectionPower.Faults(traffic, weight, Checks).Single(f => f.Name == "errors x5").Delay;
        List<double> played = [];
        for (var play = 0; play < 2 * Plays; play++)
        {
            PartedTraffic users = new(play) { Faulty = ("", 0.025) };
            CanaryAnalysis analysis = new([Checks[0]], []);
            for (var second = -100; second < 0; second++)
                analysis.LearnBaseline(users.Second().Baseline, TimeSpan.FromSeconds(second));
            played.Add(Until(second =>
            {
                var (candidate, baseline) = users.Second();
                analysis.Observe(TimeSpan.FromSeconds(second), candidate, baseline);
                return analysis.Report().Checks.Single(c => c.Name == "errors").Verdict is Verdict.Fail;
            }, 4 * computed.NineOfTen!.Value.TotalSeconds));
        }

        Agree(computed, played, 0.12);
    }

    [Fact]
    public void RoutesHalveTheStakeOfChecksThatLookAtThem()
    {
        ServiceTraffic traffic = new(100, 0.005), parted = traffic with { HasRoutes = true };
        Weight weight = new(10_000);
        Delay[] Seen(ServiceTraffic of, StrataChoice strata, double stake) =>
            [.. DetectionPower.Faults(of, weight, [new CheckSpec.Errors { Alpha = 0.006 * stake, Strata = strata }, new CheckSpec.Latency { Alpha = 0.004 * stake, Strata = strata }]).Select(f => f.Delay)];

        Assert.Equal(Seen(traffic, StrataChoice.All, 0.5), Seen(parted, StrataChoice.All, 1));
        Assert.Equal(Seen(traffic, StrataChoice.All, 0.5), Seen(parted, StrataChoice.Routes, 1));
        Assert.Equal(Seen(traffic, StrataChoice.All, 1), Seen(parted, StrataChoice.Regions, 1));
        Assert.Equal(Seen(traffic, StrataChoice.All, 1), Seen(parted, StrataChoice.None, 1));
    }

    [Fact]
    public void WhatCannotBeSeenIsSaidToBeNever()
    {
        ServiceTraffic traffic = new(100, 0.005);
        Assert.Equal(Delay.Never, DetectionPower.Faults(traffic, Weight.Full, Checks)[0].Delay);
        Assert.Equal(Delay.Never, DetectionPower.Gate(traffic, Weight.Full, Weight.Full, Checks)!.Delay);
        Assert.Equal(Delay.Never, ErrorPower.UntilSeen(traffic, new Split(10, 90), 0.005 * 1.1, new CheckSpec.Errors()));
        Assert.Equal(Delay.Never, DetectionPower.Faults(traffic, new Weight(10_000), [new CheckSpec.Latency { Tolerance = 0.2 }])[0].Delay);
        Assert.Null(DetectionPower.Gate(traffic, new Weight(10_000), new Weight(10_000), [new CheckSpec.Latency()]));
    }

    /// <summary>Ten requests a minute are not certified at half of the users in the hour; more failing requests to spend would do it, and the advice says so.</summary>
    [Fact]
    public void LittleTrafficIsToldOfWithARemedyThatHolds()
    {
        ServiceTraffic traffic = new(1 / 6.0, 0.01);
        Weight half = new(50_000);
        var problem = PowerAdvice.Uncertain("step 1", traffic, half, half, Checks, TimeSpan.FromHours(6))!;
        Assert.Equal("SLIP0902", problem.Code);
        Assert.Contains("objective", problem.Remedy, StringComparison.Ordinal);

        var objective = double.Parse(problem.Remedy.Split("`objective` of ")[1].Split('%')[0], CultureInfo.InvariantCulture) / 100;
        Assert.Null(PowerAdvice.Uncertain("step 1", traffic, half, half, [new CheckSpec.Errors { Objective = objective }], TimeSpan.FromHours(6)));
    }

    [Fact]
    public void AStepThatSeesNothingIsToldOfWithARemedyThatHolds()
    {
        ServiceTraffic traffic = new(1, 0.001);
        var problem = PowerAdvice.Blind("step 1", traffic, new Weight(1_000), Checks, TimeSpan.FromMinutes(10))!;

        Assert.Equal("SLIP0901", problem.Code);
        var weight = decimal.Parse(problem.Remedy.Split("give it ")[1].Split(' ')[0], CultureInfo.InvariantCulture);
        Assert.Null(PowerAdvice.Blind("step 1", traffic, Weight.FromPercent(weight)!.Value, Checks, TimeSpan.FromMinutes(10)));
        Assert.Null(PowerAdvice.Blind("step 1", new ServiceTraffic(1000, 0.001), new Weight(10_000), Checks, TimeSpan.FromMinutes(10)));
    }

    [Fact]
    public void MoreTrafficAndLargerFaultsAreSeenSooner()
    {
        var some = DetectionPower.Faults(new ServiceTraffic(100, 0.005), new Weight(5_000), Checks);
        var more = DetectionPower.Faults(new ServiceTraffic(400, 0.005), new Weight(5_000), Checks);
        foreach (var (few, many) in some.Zip(more))
        {
            Assert.True(few.Delay.Median is null || many.Delay.Median <= few.Delay.Median, few.Name);
            Assert.True(few.Delay.NineOfTen is null || few.Delay.Median <= few.Delay.NineOfTen, few.Name);
        }

        foreach (var group in some.Where(f => f.Name.StartsWith("errors", StringComparison.Ordinal) || f.Check == "latency").GroupBy(f => f.Check))
            Assert.Equal(group.Select(f => f.Delay.Median ?? TimeSpan.MaxValue).OrderDescending(), group.Select(f => f.Delay.Median ?? TimeSpan.MaxValue));
    }

    /// <summary>The real checks on chance traffic, many times: when they say it, in seconds.</summary>
    private static List<double> Played(ServiceTraffic traffic, Weight weight, double candidateRate, ImmutableArray<CheckSpec> checks, ImmutableArray<Weight> gates, Func<AnalysisReport, bool> says, Delay computed)
    {
        var played = new List<double>();
        for (var play = 0; play < Plays; play++)
        {
            Random random = new(play);
            CanaryAnalysis analysis = new(checks, gates);
            for (var second = -600; second < 0; second += 10)
                analysis.LearnBaseline(Side(random, 10 * traffic.RequestsPerSecond, traffic.ErrorRate), TimeSpan.FromSeconds(second));
            played.Add(Until(second =>
            {
                analysis.Observe(TimeSpan.FromSeconds(second), Side(random, traffic.RequestsPerSecond * weight.Share, candidateRate), Side(random, traffic.RequestsPerSecond * (1 - weight.Share), traffic.ErrorRate));
                return says(analysis.Report());
            }, 4 * computed.NineOfTen!.Value.TotalSeconds));
        }

        return played;
    }

    private static double Until(Func<double, bool> says, double limit)
    {
        for (var second = 1.0; second <= limit; second++)
        {
            if (says(second))
                return second;
        }

        return double.PositiveInfinity;
    }

    /// <summary>Within a quarter (half where a side has less than a request a second), or two looks where it takes seconds only.</summary>
    private static void Agree(Delay computed, List<double> played, double tolerance = 0.25)
    {
        played.Sort();
        foreach (var (name, said, seen) in new[] { ("median", computed.Median, played[played.Count / 2]), ("9 of 10", computed.NineOfTen, played[(int)(0.9 * played.Count)]) })
            Assert.True(Math.Abs(said!.Value.TotalSeconds - seen) <= Math.Max(2, tolerance * seen), FormattableString.Invariant($"{name}: computed {said.Value.TotalSeconds} s, played {seen} s"));
    }

    private static SideCounts Side(Random random, double mean, double rate)
    {
        var requests = Poisson(random, mean);
        var failed = 0L;
        if (rate >= 1)
            failed = requests;
        else if (rate > 0)
        {
            for (var at = Skip(random, rate); at < requests; at += 1 + Skip(random, rate))
                failed++;
        }

        return SimulatedTraffic.Counts(requests, requests, failed);
    }

    /// <summary>Requests that succeed before the next that fails.</summary>
    private static long Skip(Random random, double rate) => (long)Math.Min(1e12, Math.Floor(Math.Log(1 - random.NextDouble()) / Math.Log(1 - rate)));

    private static long Poisson(Random random, double mean)
    {
        var count = 0L;
        for (var left = mean; ; count++)
        {
            left += Math.Log(1 - random.NextDouble());
            if (left < 0)
                return count;
        }
    }
}
