using System.Collections.Immutable;
using System.Text.Json;
using CsCheck;
using Slipway.Core;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Core.Traffic;
using Slipway.Engine.Traffic;

namespace Slipway.Engine.Tests;

public class TrafficHistoryTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    /// <summary>A side that was counted in every way, or in some.</summary>
    private static readonly Gen<SideCounts> Sides = Gen.Int[0, 15].Select(Gen.Int[1, 200].Array[5], (ways, n) => new SideCounts
    {
        Environment = new EnvironmentKey(new ProjectId("shop"), new EnvironmentName("production")), Candidate = new CandidateId("1.0.0"), Role = InstanceRole.Serving,
        Started = n[0], Completed = n[1], ServerErrors = n[2], ClientErrors = 3, NoAnswer = 1, InFlight = n[3], Latency = new LatencyHistogram(-40, [n[1], 0, 0, n[4]]),
        Shards = (ways & 1) == 0 ? null : Shards(n[1], n[2]) with { Clients = (ways & 2) == 0 ? default : Few(n[0]), FailedClients = (ways & 2) == 0 ? default : Few(1) },
        Instances = (ways & 4) == 0 ? null : Shards(n[4], n[3]),
        Clients = (ways & 2) == 0 ? null : new ClientCounts(n[0], 1, n[1]),
        Strata = (ways & 8) == 0 ? default : [new StratumCounts("route/cart") { Completed = n[1], ServerErrors = n[2], NoAnswer = 1, Latency = new LatencyHistogram(-40, [n[1]]) }],
    });

    [Fact]
    public void OfTheLastTenMinutesEverythingIsKeptAndOfTheHourBeforeHowAlikeItsPartsWere() =>
        Gen.Select(Sides.Array[1, 60], Gen.Int[1, 200].Array[60], Gen.String).Sample((sides, pauses, name) =>
        {
            TrafficHistory history = new(name);
            List<(DateTimeOffset At, SideCounts Counts)> added = [];
            var now = Noon;
            foreach (var (counts, pause) in sides.Zip(pauses))
            {
                history.Add(now, counts);
                added.Add((now, counts));
                now += TimeSpan.FromSeconds(pause);
            }

            var slots = added.GroupBy(a => history.SlotOf(a.At)).Select(g => (Ago: history.SlotOf(now) - g.Key, Sum: g.Select(a => a.Counts).Aggregate((all, c) => all.Then(c))));
            var expected = from s in slots
                           where s.Ago < TrafficHistory.Recent || (s.Ago < TrafficHistory.Kept && (s.Sum.Shards is not null || s.Sum.Instances is not null))
                           select $"{s.Ago * TrafficHistory.Slot} {Text(s.Ago < TrafficHistory.Recent ? s.Sum : OnlyShards(s.Sum))}";
            Assert.Equal(expected, history.Pieces(now).Select(p => $"{p.Ago} {Text(p.Counts)}"));
        });

    [Fact]
    public void WhatIsOverAfterAnHourIsSaidToBe()
    {
        TrafficHistory history = new("shop");
        history.Add(Noon, Sides.Single());
        Assert.False(history.IsOver(Noon.AddMinutes(59)));
        Assert.True(history.IsOver(Noon.AddMinutes(61)));
    }

    [Fact]
    public void TheNewestIsWhatWasCountedInTheLastTenToTwentySeconds() => Gen.Select(Sides.Array[1, 60], Gen.String).Sample((sides, name) =>
    {
        TrafficHistory history = new(name);
        for (var i = 0; i < sides.Length; i++)
            history.Add(Noon.AddSeconds(i), sides[i]);
        var now = Noon.AddSeconds(sides.Length - 1);

        var seconds = (int)Math.Floor((TrafficHistory.Slot + history.Into(now)).TotalSeconds) + 1;
        Assert.Equal(sides.TakeLast(seconds).Sum(s => s.Completed), history.Newest(now)!.Completed);
        Assert.Null(history.Newest(now.AddSeconds(30)));
    });

    private static SideCounts OnlyShards(SideCounts c) => new() { Environment = c.Environment, Candidate = c.Candidate, Role = c.Role, Shards = c.Shards, Instances = c.Instances };

    private static ShardCounts Shards(int requests, int errors) =>
        new([.. Enumerable.Range(0, ShardCounts.Count * ShardCounts.Steps).Select(i => i % 5 == 0 ? requests : 0L)], Few(errors));

    private static ImmutableArray<long> Few(int n) => [.. Enumerable.Range(0, ShardCounts.Count).Select(i => i % 3 == 0 ? (long)n : 0)];

    private static string Text(SideCounts counts) => JsonSerializer.Serialize(counts, SlipwayJson.Options);
}
