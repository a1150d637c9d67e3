using System.Text.Json;
using CsCheck;
using Slipway.Core;
using Slipway.Core.Traffic;
using static Slipway.Gateway.Tests.Tables;

namespace Slipway.Gateway.Tests.Routing;

public class BaselineSideTests
{
    private static readonly Slice Rest = new Slice.Rest();

    [Fact]
    public void EveryPublishedVectorIsMet()
    {
        var vectors = JsonSerializer.Deserialize<Vector[]>(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "data", "side-vectors.json")), SlipwayJson.Options)!;
        Assert.True(vectors.Length >= 40);
        Assert.All(vectors, v => Assert.Equal(
            v.Side switch { "candidate" => "production 2", "baseline" => "production 1 baseline", _ => "production 1" },
            Router(Service(Environment("production", Rest, "1", "2", v.Weight).WithBaseline(v.BaselineWeight) with { Salt = v.Salt })).Choose(uid: v.Key)));
    }

    [Fact]
    public void TheBaselineTakesTheUsersWhoseBucketFollowsOnTheWeight() => Gen.Select(Gen.Int[0, Weight.Whole - 1], Gen.Int[0, Weight.Whole], Gen.Int).Sample((weight, baseline, id) =>
    {
        var bucket = UserHash.Bucket("shop/production/2", $"{id}");
        return Router(Service(Environment("production", Rest, "1", "2", weight).WithBaseline(baseline))).Choose(uid: $"{id}")
            == (bucket < weight ? "production 2" : bucket < weight + baseline ? "production 1 baseline" : "production 1");
    });

    [Fact]
    public void NobodysVersionDependsOnTheBaseline() => Gen.Select(Gen.Int[0, Weight.Whole], Gen.Int[0, Weight.Whole], Gen.Int).Sample((weight, baseline, id) =>
    {
        var route = Environment("production", Rest, "1", "2", weight);
        return Router(Service(route.WithBaseline(baseline))).Choose(uid: $"{id}")!.Replace(" baseline", "", StringComparison.Ordinal)
            == Router(Service(route)).Choose(uid: $"{id}");
    });

    /// <summary>Scenario B14.</summary>
    [Fact]
    public void TenTwentyAndSeventyPerCentAddUpToEveryoneAndTheBaselineLeavesNothingBehind()
    {
        const int users = 20_000;
        var route = Environment("production", Rest, "1", "2", 10_000);
        var counts = Split(route.WithBaseline(20_000));

        Assert.Equal(users, counts.Values.Sum());
        foreach (var (side, share) in ((string, double)[])[("production 2", 0.1), ("production 1 baseline", 0.2), ("production 1", 0.7)])
            Assert.InRange(counts[side], (users * share) - (3 * Deviation(share)), (users * share) + (3 * Deviation(share)));
        Assert.Equal(["production 1", "production 2"], Split(route).Keys.Order());

        Dictionary<string, int> Split(EnvironmentRoute route)
        {
            var router = Router(Service(route));
            return Enumerable.Range(0, users).CountBy(i => router.Choose(uid: $"user-{i}")!).ToDictionary();
        }

        double Deviation(double share) => Math.Sqrt(users * share * (1 - share));
    }

    [Fact]
    public void TheCandidatesAudienceIsNeverOnTheBaseline()
    {
        var rule = Header("x-employee", "true");
        var all = Environment("production", Rest, "1", "2", 0, rule).WithBaseline(Weight.Whole);

        Assert.Equal("production 2", Router(Service(all)).Choose(uid: "u", headers: ("x-employee", "true")));
        Assert.Equal("production 1", Router(Service(all with { Candidate = null })).Choose(uid: "u", headers: ("x-employee", "true")));
        Assert.Equal("production 1 baseline", Router(Service(all)).Choose(uid: "u"));
    }

    [Fact]
    public void WithoutAUserKeyARequestIsNotOnTheBaseline() =>
        Assert.Equal("production 1", Router(Service(Environment("production", Rest, "1", "2").WithBaseline(Weight.Whole))).Choose());

    [Fact]
    public void ABaselineThatIsNotThereLeavesItsUsersOnTheStableSide()
    {
        var route = Environment("production", Rest, "1") with { BaselineWeight = Weight.Full };

        Assert.Equal("production 1", Router(Service(route)).Choose(uid: "u"));
        Assert.Equal("production 1", Router(Service(route with { Baseline = new(new("1"), []) })).Choose(uid: "u"));
    }

    private sealed record Vector(string Salt, string Key, int Weight, int BaselineWeight, string Side);
}
