using System.Collections.Immutable;
using System.Text.Json;
using CsCheck;
using Slipway.Core.Traffic;

namespace Slipway.Core.Tests.Traffic;

public class StrataTests
{
    private static readonly Gen<ImmutableArray<StratumCounts>> Sides = Gen.Select(Gen.Int[0, 5], Gen.Long[1, 9]).Array[0, 5].Select(all =>
        all.DistinctBy(s => s.Item1).OrderBy(s => s.Item1).Select(s => Stratum($"route/r{s.Item1}", s.Item2)).ToImmutableArray());

    [Fact]
    public void AddedUpTheyAreSortedAndLoseNothing() => Gen.Select(Sides, Sides).Sample((a, b) =>
    {
        var sum = a.Plus(b);

        Assert.True(Strata.AreSound(sum));
        Assert.Equal(
            a.Concat(b).GroupBy(s => s.Name).Select(g => (g.Key, g.Sum(s => s.Completed), g.Sum(s => s.Latency.Total))).Order(),
            sum.Select(s => (s.Name, s.Completed, s.Latency.Total)));
        Assert.All(sum, s => Assert.Same(s, sum.Find(s.Name)));
        Assert.Null(sum.Find("route/none"));
    });

    [Fact]
    public void AllThatAGatewayCountsWasCountedInItsRegion()
    {
        SideCounts side = new() { Environment = default, Candidate = default, Completed = 9, ServerErrors = 2, NoAnswer = 1, Latency = new(-3, [8]), Strata = [Stratum("route/a", 4)] };

        var stamped = side.In("eu");

        Assert.Equal([("region/eu", 9, 2, 1, 8), ("route/a", 4, 1, 1, 4)], stamped.Strata.Select(s => (s.Name, s.Completed, s.ServerErrors, s.NoAnswer, s.Latency.Total)));
        Assert.Equal([("region/eu", 18), ("region/us", 9), ("route/a", 12)], stamped.Then(side.In("us")).Then(stamped).Strata.Select(s => (s.Name, s.Completed)));
        Assert.True((side with { Completed = 0, Strata = default }).In("eu").Strata.IsDefault);
    }

    [Theory]
    [InlineData("""[{"name":"route/a"},{"name":"route/a"}]""")]
    [InlineData("""[{"name":"route/b"},{"name":"route/a"}]""")]
    [InlineData("""[{"name":"route/B"}]""")]
    [InlineData("""[{"name":"host/a"}]""")]
    [InlineData("""[{"name":null}]""")]
    [InlineData("""[{"name":"route/a","latency":null}]""")]
    [InlineData("[null]")]
    public void WhatCannotBeIsNotBelieved(string sent) =>
        Assert.False(Strata.AreSound(JsonSerializer.Deserialize<ImmutableArray<StratumCounts>>(sent, SlipwayJson.Options)));

    [Fact]
    public void MoreThanAreKeptAreNotBelieved() =>
        Assert.False(Strata.AreSound([.. Enumerable.Range(0, Strata.Most + 1).Select(i => Stratum($"route/{i:000}", 1))]));

    private static StratumCounts Stratum(string name, long requests) =>
        new(name) { Completed = requests, ServerErrors = requests / 4, NoAnswer = requests / 4, Latency = new(-120, [requests]) };
}
