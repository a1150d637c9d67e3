using System.Text.Json;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Core.Traffic;

namespace Slipway.Core.Tests.Traffic;

/// <summary>A gateway keeps its last table on disk, and reads it back after an upgrade.</summary>
public class StoredRouteTableTests
{
    private static readonly RouteTable Table = new()
    {
        Version = 42,
        Services =
        [
            new ServiceRoute
            {
                Project = new ProjectId("shop"), Hosts = ["shop.example"], UserKey = new UserKeySource(UserKeyKind.Cookie, "uid"), Routes = [new PathRoute("checkout", "/checkout")],
                Environments =
                [
                    new EnvironmentRoute
                    {
                        Environment = new EnvironmentName("production"), Slice = new Slice.Rest(), Salt = "shop.production.7",
                        Stable = new Side(new CandidateId("1.0.0"), ["http://127.0.0.1:20001"]), Candidate = new Side(new CandidateId("2.0.0"), ["http://127.0.0.1:20002"]), Weight = new Weight(2_500),
                        Audience = new AudienceRule { Headers = [new NameValue("x-internal", "yes")], Cookies = [new NameValue("beta", "1")], Cidrs = ["10.0.0.0/8"], Users = ["ana"] },
                        Mirror = new Weight(100), Baseline = new Side(new CandidateId("1.0.0"), ["http://127.0.0.1:20003"]), BaselineWeight = new Weight(2_500),
                    },
                    new EnvironmentRoute { Environment = new EnvironmentName("dogfood"), Slice = new Slice.Audience(new AudienceRule { Cidrs = ["fd00::/8"] }) },
                    new EnvironmentRoute { Environment = new EnvironmentName("canary"), Slice = new Slice.Percent(new Weight(500)) },
                ],
            },
        ],
    };

    [Fact]
    public void ATableIsStoredAsItAlwaysWas() => Goldens.Same("routes.jsonl", [JsonSerializer.Serialize(Table, SlipwayJson.Options)]);

    [Fact]
    public void ATableThatWasStoredIsRead()
    {
        var stored = File.ReadAllLines(Goldens.PathOf("routes.jsonl"))[0];
        Assert.Equal(stored, JsonSerializer.Serialize(JsonSerializer.Deserialize<RouteTable>(stored, SlipwayJson.Options), SlipwayJson.Options));
    }

    /// <summary>Gateways and servers are upgraded one after the other.</summary>
    [Fact]
    public void WhatALaterVersionAddsIsPassedOver()
    {
        var stored = File.ReadAllLines(Goldens.PathOf("routes.jsonl"))[0];
        var later = stored.Replace("\"version\":42", "\"version\":42,\"laterField\":{\"a\":[1]}", StringComparison.Ordinal).Replace("\"environment\":\"canary\"", "\"environment\":\"canary\",\"later\":true", StringComparison.Ordinal);
        Assert.NotEqual(stored, later);
        Assert.Equal(stored, JsonSerializer.Serialize(JsonSerializer.Deserialize<RouteTable>(later, SlipwayJson.Options), SlipwayJson.Options));
    }
}
