using System.Collections.Immutable;
using Slipway.Core.Analysis;
using Slipway.Core.Traffic;

namespace Slipway.Core.Tests.Analysis;

/// <summary>How much of the evidence is believed.</summary>
public class NoiseTests
{
    [Fact]
    public void NoisyShardsMakeEvidenceWorthLess()
    {
        Noise calm = new(), noisy = new(), unknown = new();
        Random random = new(1);
        for (var second = 1; second <= 600; second++)
        {
            calm.Observe(TimeSpan.FromSeconds(second), Users(_ => random.NextDouble() < 0.05 ? 1 : 0));
            var burst = second % 20 == 0 ? random.Next(ShardCounts.Count) : -1;
            noisy.Observe(TimeSpan.FromSeconds(second), Users(s => s == burst ? 8 : 0));
            unknown.Observe(TimeSpan.FromSeconds(second), null);
        }

        Assert.Equal(Noise.Unknown, unknown.OfErrors);
        Assert.InRange(calm.OfErrors, 1, 1.6);
        Assert.InRange(noisy.OfErrors, 4, 20);
    }

    [Fact]
    public void WhatClingsToInstancesMakesEvidenceWorthLessToo()
    {
        Noise users = new(), both = new(), alike = new();
        Random random = new(2);
        for (var second = 1; second <= 600; second++)
        {
            var counts = Users(_ => random.NextDouble() < 0.05 ? 1 : 0);
            var burst = second % 20 == 0 ? random.Next(ShardCounts.Count) : -1;
            users.Observe(TimeSpan.FromSeconds(second), counts);
            both.Observe(TimeSpan.FromSeconds(second), counts with { Instances = Shards(s => s == burst ? 8 : 0) });
            alike.Observe(TimeSpan.FromSeconds(second), counts with { Instances = counts.Shards });
        }

        Assert.InRange(both.OfErrors, 4, 20);
        Assert.Equal(users.OfErrors, alike.OfErrors);
        Assert.Equal(users.OfLatency, both.OfLatency);
    }

    /// <summary>Failed requests count as the slowest: without this, bursts of errors in healthy instances failed the latency check of nearly every release.</summary>
    [Fact]
    public void NoiseOfErrorsIsNoiseOfLatenciesToo()
    {
        Noise noise = new();
        Random random = new(4);
        ImmutableArray<long> alike = [.. Enumerable.Range(0, ShardCounts.Count * ShardCounts.Steps).Select(cell => cell % ShardCounts.Steps == 5 ? 20L : 0)];
        for (var second = 1; second <= 600; second++)
        {
            var burst = second % 20 == 0 ? random.Next(ShardCounts.Count) : -1;
            noise.Observe(TimeSpan.FromSeconds(second), new() { Environment = default, Candidate = default, Shards = Shards(s => s == burst ? 8 : 0) with { Speeds = alike } });
        }

        Assert.InRange(noise.OfErrors, 4, 20);
        Assert.Equal(noise.OfErrors, noise.OfLatency);
    }

    /// <summary>Four users fill four shards of sixteen: the twelve empty ones must not vouch for the others.</summary>
    [Fact]
    public void PartsWithoutRequestsSayNothingAboutTheOthers()
    {
        Dispersion few = new(4), fewOfMany = new(16);
        Random random = new(3);
        for (var window = 0; window < 3000; window++)
        {
            double[] requests = new double[16], errors = new double[16];
            for (var s = 0; s < 4; s++)
                (requests[s], errors[s]) = (100, random.NextDouble() < 0.1 ? random.Next(10) : 0);
            few.Update(requests.AsSpan(0, 4), errors.AsSpan(0, 4));
            fewOfMany.Update(requests, errors);
        }

        Assert.True(few.Phi > 3);
        Assert.Equal(few.Phi, fewOfMany.Phi);
    }

    /// <summary>Stable is scaled down in a rollout: five of nine instances go, and those that stay are no less noisy for it.</summary>
    [Fact]
    public void PartsThatHaveGoneSayNothingAboutThoseThatStay()
    {
        Dispersion staying = new(4), going = new(9);
        Random random = new(5);
        for (var window = 0; window < 6000; window++)
        {
            double[] requests = new double[9], errors = new double[9];
            for (var s = 0; s < (window < 300 ? 9 : 4); s++)
                (requests[s], errors[s]) = (100, random.NextDouble() < 0.1 ? random.Next(10) : 0);
            going.Update(requests, errors);
            staying.Update(requests.AsSpan(0, 4), errors.AsSpan(0, 4));
        }

        Assert.InRange(going.Phi, 0.9 * staying.Phi, 1.1 * staying.Phi);
    }

    /// <summary>Six requests in ten seconds are in three shards of sixteen, others each time: failures that come in pairs are at least twice the noise of chance all the same.</summary>
    [Fact]
    public void LittleTrafficIsNotTakenForQuiet()
    {
        Dispersion chance = new(16, [10]), pairs = new(16, [10]);
        Random random = new(6);
        for (var window = 0; window < 200_000; window++)
        {
            double[] requests = new double[16], alone = new double[16], twice = new double[16];
            if (random.NextDouble() < 0.3)
            {
                var s = random.Next(16);
                requests[s] = 2;
                (alone[s], twice[s]) = ((random.NextDouble() < 0.05 ? 1 : 0) + (random.NextDouble() < 0.05 ? 1 : 0), random.NextDouble() < 0.05 ? 2 : 0);
            }

            chance.Update(requests, alone);
            pairs.Update(requests, twice);
        }

        Assert.Equal(1, chance.Phi);
        Assert.InRange(pairs.Phi, 1.9, 3);
    }

    /// <summary>Of two requests in a block of which one fails, chance alone makes a statistic of 2 with one degree of freedom: twice the noise that there is.</summary>
    [Fact]
    public void ChanceIsCountedExactlyHoweverFewTheRequests()
    {
        Dispersion exact = new(2, [1]), limit = new(2, [1], isExact: false);
        for (var window = 0; window < 1000; window++)
        {
            exact.Update([1, 1], [1, 0]);
            limit.Update([1, 1], [1, 0]);
        }

        Assert.Equal(1, exact.Phi);
        Assert.InRange(limit.Phi, 1.9, 2.1);
    }

    /// <summary>Ten requests a minute: nearly none of ten seconds compare with each other, those of five minutes do.</summary>
    [Fact]
    public void NoiseOfRareTrafficIsKnownFromItsLongerBlocks()
    {
        Dispersion rare = new(10, [10, 60, 300]);
        Random random = new(7);
        var seconds = 0;
        for (; rare.PhiOrDoubt > 1.16 && seconds < 6 * 3600; seconds++)
        {
            double[] requests = new double[10], errors = new double[10];
            var s = random.Next(10);
            (requests[s], errors[s]) = random.NextDouble() < 1 / 6.0 ? (1, random.NextDouble() < 0.02 ? 1 : 0) : (0, 0);
            rare.Update(requests, errors);
        }

        Assert.InRange(seconds, 1800, 3 * 3600);
    }

    [Fact]
    public void TheMoreIsSeenOfAlikePartsTheLessIsDoubted()
    {
        Noise noise = new();
        noise.Observe(TimeSpan.FromSeconds(1), Users(_ => 1));
        var doubted = noise.OfErrors;
        Assert.Equal(1 + Math.Sqrt(0.2), doubted, 12);
        for (var second = 2; second <= 60; second++)
        {
            noise.Observe(TimeSpan.FromSeconds(second), Users(s => (s + second) % 4 == 0 ? 4 : 0));
            Assert.InRange(noise.OfErrors, 1, doubted);
            doubted = noise.OfErrors;
        }

        Assert.Equal(1, noise.OfErrors);
    }

    [Fact]
    public void PartsThatDifferAreNoiseFromTheirFirstBlock()
    {
        Noise noise = new();
        for (var second = 1; second <= 10; second++)
            noise.Observe(TimeSpan.FromSeconds(second), Users(s => s == 3 ? 9 : 0));

        Assert.True(noise.OfErrors > 10);
        Assert.True(noise.OfLatency > 10);
    }

    internal static SideCounts Users(Func<int, long> errors) => new() { Environment = default, Candidate = default, Shards = Shards(errors) };

    internal static ShardCounts Shards(Func<int, long> errors)
    {
        var speeds = new long[ShardCounts.Count * ShardCounts.Steps];
        for (var s = 0; s < ShardCounts.Count; s++)
            speeds[(s * ShardCounts.Steps) + (s % 4)] = 20;
        return new(ImmutableArray.Create(speeds), [.. Enumerable.Range(0, ShardCounts.Count).Select(errors)]);
    }
}
