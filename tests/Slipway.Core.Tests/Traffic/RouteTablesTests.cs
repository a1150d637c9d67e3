using System.Collections.Immutable;
using System.Text.Json;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Core.Traffic;

namespace Slipway.Core.Tests.Traffic;

public class RouteTablesTests
{
    /// <summary>As a gateway of an earlier version keeps it on disk.</summary>
    private const string OldTable =
        """{"version":7,"services":[{"project":"shop","hosts":["shop.local"],"userKey":{"kind":"cookie","name":"uid"},"environments":[{"environment":"production","slice":{"$type":"rest"},"stable":{"candidate":"1.0.0","endpoints":["http://127.0.0.1:20001"]},"candidate":{"candidate":"1.1.0","endpoints":["http://127.0.0.1:20002"]},"weight":10000,"salt":"shop/1.1.0"}]}]}""";

    private static readonly ImmutableArray<string> Stable = ["http://127.0.0.1:20001"];
    private static readonly ImmutableArray<string> Candidate = ["http://127.0.0.1:20002"];
    private static readonly ImmutableArray<string> Fresh = ["http://127.0.0.1:20003"];

    private static readonly EnvironmentSpec Production = new()
    {
        Name = new EnvironmentName("production"),
        Slice = new Slice.Rest(),
        Deploy = new DeploySpec.Process { Command = ["./shop"] },
        Strategy = [],
    };

    private static readonly EnvironmentKey Key = new(new ProjectId("shop"), Production.Name);

    private static readonly TrafficSplit Split = new(new CandidateId("1.0.0"), new CandidateId("1.1.0"), new Weight(10_000), new AudienceRule { Users = ["alice"] })
    {
        Mirror = new Weight(50_000),
        Baseline = new Weight(20_000),
    };

    [Fact]
    public void WhatIsReadyIsServedAsItWasAskedFor()
    {
        var route = Route(Split, Stable, Candidate, Fresh);

        Assert.Equal(("1.0.0", "1.1.0", "1.0.0"), (route.Stable?.Candidate.Value, route.Candidate?.Candidate.Value, route.Baseline?.Candidate.Value));
        Assert.Equal(Fresh, route.Baseline!.Endpoints);
        Assert.Equal(Split, Served(route));
    }

    [Fact]
    public void ABaselineThatIsNotReadyGetsNobody() =>
        Assert.Equal(Split with { Baseline = Weight.None }, Served(Route(Split, Stable, Candidate, [])));

    [Fact]
    public void ACandidateThatIsNotReadyGetsNoCopiesEither() =>
        Assert.Equal(Split with { Candidate = null, Weight = Weight.None, Mirror = Weight.None }, Served(Route(Split, Stable, [], Fresh)));

    [Fact]
    public void FreshInstancesThatNobodyIsSentToAreNotInTheTable() =>
        Assert.Null(Route(Split with { Baseline = Weight.None }, Stable, Candidate, Fresh).Baseline);

    [Fact]
    public void OfAnEnvironmentThatIsNotInTheTableNothingIsKnown() =>
        Assert.Null(RouteTables.Served(Table(Route(Split, Stable, Candidate, Fresh)), new EnvironmentKey(Key.Project, new EnvironmentName("canary"))));

    [Fact]
    public void ATableOfTheOldFormIsReadAndWrittenAsBefore()
    {
        var table = JsonSerializer.Deserialize<RouteTable>(OldTable, SlipwayJson.Options)!;

        Assert.Equal(new TrafficSplit(Split.Stable, Split.Candidate, Split.Weight, null), RouteTables.Served(table, Key));
        Assert.Equal(OldTable, JsonSerializer.Serialize(table, SlipwayJson.Options));
    }

    [Fact]
    public void WhatIsNewInATableIsReadBack()
    {
        var table = Table(Route(Split, Stable, Candidate, Fresh));

        var json = JsonSerializer.Serialize(table, SlipwayJson.Options);

        Assert.Contains(""","mirror":50000,"baseline":{"candidate":"1.0.0","endpoints":["http://127.0.0.1:20003"]},"baselineWeight":20000,""", json, StringComparison.Ordinal);
        Assert.Equal(json, JsonSerializer.Serialize(JsonSerializer.Deserialize<RouteTable>(json, SlipwayJson.Options), SlipwayJson.Options));
    }

    private static EnvironmentRoute Route(TrafficSplit split, ImmutableArray<string> stable, ImmutableArray<string> candidate, ImmutableArray<string> baseline) =>
        RouteTables.Route(Production, split, "shop/1.1.0", stable, candidate, baseline);

    private static TrafficSplit? Served(EnvironmentRoute route) => RouteTables.Served(Table(route), Key);

    private static RouteTable Table(EnvironmentRoute route) => new() { Version = 1, Services = [new ServiceRoute { Project = Key.Project, Environments = [route] }] };
}
