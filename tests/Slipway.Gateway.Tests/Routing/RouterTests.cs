using System.Net;
using CsCheck;
using Microsoft.AspNetCore.Http;
using Slipway.Core.Projects;
using Slipway.Core.Traffic;
using Slipway.Gateway.Routing;
using static Slipway.Gateway.Tests.Tables;

namespace Slipway.Gateway.Tests.Routing;

public class RouterTests
{
    private static readonly Slice Rest = new Slice.Rest();

    [Theory]
    [InlineData("shop.local", "shop")]
    [InlineData("SHOP.Local:8080", "shop")]
    [InlineData("shop.local.", "shop")]
    [InlineData("[::1]:80", "v6")]
    [InlineData("[::1]", "v6")]
    [InlineData("other.local", "any")]
    [InlineData("", "any")]
    public void TheHostChoosesTheServiceWhateverItsCaseAndPort(string host, string expected)
    {
        var router = Router(
            Named("any") with { Hosts = [] },
            Named("shop") with { Hosts = ["Shop.local"] },
            Named("v6") with { Hosts = ["[::1]"] });

        Assert.Equal($"{expected} 1", router.Choose(host));
    }

    [Fact]
    public void AHostThatNoServiceNamesGetsNothing() => Assert.Null(Router(Named("shop") with { Hosts = ["shop.local"] }).Choose("else.local"));

    [Fact]
    public void AnEmptyTableGivesNothing() => Assert.Null(Router().Choose());

    [Fact]
    public void AnEnvironmentWithHostsOfItsOwnTakesAllOfThemAndNothingElse()
    {
        var router = Router(Service(
            Environment("dogfood", new Slice.Everyone(["dogfood.local"]), stable: "2"),
            Environment("production", Rest, stable: "1")) with { Hosts = ["shop.local"] });

        Assert.Equal("dogfood 2", router.Choose("dogfood.local:99"));
        Assert.Equal("production 1", router.Choose("shop.local"));
    }

    [Fact]
    public void AudiencesAreAskedInOrderAndBeforePercentages()
    {
        var router = Router(Service(
            Environment("canary", new Slice.Percent(Weight.Full), stable: "2"),
            Environment("dogfood", new Slice.Audience(Header("x-employee", "true")), stable: "3"),
            Environment("staff", new Slice.Audience(Header("x-employee", "true")), stable: "4")));

        Assert.Equal("dogfood 3", router.Choose(uid: "u", headers: ("X-Employee", "true")));
        Assert.Equal("canary 2", router.Choose(uid: "u", headers: ("X-Employee", "True")));
    }

    [Fact]
    public void PercentagesLieEndToEndInTheOrderOfTheEnvironments()
    {
        var router = Router(Service(
            Environment("canary", new Slice.Percent(new(2_000)), stable: "3"),
            Environment("rollout", new Slice.Percent(new(10_000)), stable: "2"),
            Environment("production", Rest, stable: "1")));

        Gen.Int[0, 1_000_000].Sample(id => router.Choose(uid: $"{id}") == UserHash.Bucket("shop/slices", $"{id}") switch
        {
            < 2_000 => "canary 3",
            < 12_000 => "rollout 2",
            _ => "production 1",
        });
    }

    [Fact]
    public void PercentagesBeyondTheWholeAreCutOff()
    {
        var router = Router(Service(
            Environment("a", new Slice.Percent(new(60_000)), stable: "1"),
            Environment("b", new Slice.Percent(new(60_000)), stable: "2"),
            Environment("production", Rest, stable: "3")));

        Gen.Int.Sample(id => router.Choose(uid: $"{id}") is "a 1" or "b 2");
    }

    [Fact]
    public void NoLiveTrafficMeansNone() => Assert.Null(Router(Service(Environment("lab", new Slice.None(), stable: "1"))).Choose(uid: "u"));

    [Fact]
    public void WithoutAUserKeyARequestIsInNoPercentageAndOnTheStableSide()
    {
        var router = Router(Service(
            Environment("canary", new Slice.Percent(Weight.Full), stable: "2"),
            Environment("production", Rest, stable: "1", candidate: "2", weight: 99_999)));

        Assert.Equal("production 1", router.Choose());
        Assert.Equal("production 1", router.Choose(uid: ""));
        Assert.Equal("canary 2", router.Choose(uid: "u"));
    }

    [Fact]
    public void TheFullWeightTakesRequestsWithoutAUserKeyToo() =>
        Assert.Equal("production 2", Router(Service(Environment("production", Rest, "1", "2", Weight.Whole))).Choose());

    [Fact]
    public void AWeightTakesTheUsersWhoseBucketIsBelowIt() => Gen.Select(Gen.Int[0, Weight.Whole], Gen.Int).Sample((weight, id) =>
        Router(Service(Environment("production", Rest, "1", "2", weight))).Choose(uid: $"{id}")
        == (weight == Weight.Whole || UserHash.Bucket("shop/production/2", $"{id}") < weight ? "production 2" : "production 1"));

    [Fact]
    public void TheCandidatesAudienceIsAlwaysOnTheCandidateSide()
    {
        var rule = new AudienceRule { Headers = [new("x-dogfood", "1")], Cookies = [new("beta", "yes")], Cidrs = ["10.0.0.0/8", "fd00::/8"], Users = ["alice"] };
        var router = Router(Service(Environment("production", Rest, "1", "2", weight: 0, rule)));

        Assert.Equal("production 2", router.Choose(headers: ("X-Dogfood", "1")));
        Assert.Equal("production 2", router.Choose(headers: ("Cookie", "a=b; beta=yes")));
        Assert.Equal("production 2", router.Choose(client: "10.255.1.2"));
        Assert.Equal("production 2", router.Choose(client: "fd00::1"));
        Assert.Equal("production 2", router.Choose(uid: "alice"));
        Assert.Equal("production 1", router.Choose(uid: "Alice", client: "11.0.0.1", headers: [("x-dogfood", "11"), ("y-dogfood", "1")]));
        Assert.Equal("production 1", router.Choose(headers: ("Cookie", "xbeta=yes; beta=yes2; beta")));
    }

    [Fact]
    public void AnAudienceWithoutEntriesTakesNobody() =>
        Assert.Equal("production 1", Router(Service(Environment("production", Rest, "1", "2", 0, new AudienceRule()))).Choose(uid: "u", client: "127.0.0.1"));

    [Fact]
    public void WhoeverAnEmptyEnvironmentWouldTakeFallsThroughToTheNext()
    {
        var router = Router(Service(
            Environment("dogfood", new Slice.Audience(Header("x", "1"))),
            Environment("canary", new Slice.Percent(Weight.Full), candidate: "3", weight: 0),
            Environment("production", Rest, stable: "1")));

        Assert.Equal("production 1", router.Choose(uid: "u", headers: ("x", "1")));
    }

    [Fact]
    public void AMissingCandidateLeavesItsUsersOnTheStableSide() =>
        Assert.Equal("production 1", Router(Service(Environment("production", Rest, stable: "1", weight: Weight.Whole))).Choose(uid: "u"));

    [Fact]
    public void AMissingStableSideNeverPutsMoreThanItsShareOnTheCandidate()
    {
        var router = Router(Service(Environment("production", Rest, candidate: "2", weight: 30_000)));

        Gen.Int.Sample(id => router.Choose(uid: $"{id}") == (UserHash.Bucket("shop/production/2", $"{id}") < 30_000 ? "production 2" : null));
    }

    [Theory]
    [InlineData(UserKeyKind.Header, "x-user")]
    [InlineData(UserKeyKind.ClientAddress, "")]
    public void TheUserKeyComesFromWhereTheServiceSays(UserKeyKind kind, string name)
    {
        var router = Router(Service(Environment("production", Rest, "1", "2", 50_000)) with { UserKey = new(kind, name) });

        Gen.Int[0, 255].Sample(i => router.Choose(uid: "u", client: $"10.1.2.{i}", headers: ("X-User", $"10.1.2.{i}"))
            == (UserHash.Bucket("shop/production/2", $"10.1.2.{i}") < 50_000 ? "production 2" : "production 1"));
    }

    [Fact]
    public void ChoosingAllocatesNothing()
    {
        var rule = new AudienceRule { Headers = [new("x-dogfood", "1")], Cookies = [new("beta", "yes")], Cidrs = ["10.0.0.0/8"], Users = ["alice"] };
        var router = Router(
            Service(
                Environment("dogfood", new Slice.Audience(rule), stable: "3"),
                Environment("canary", new Slice.Percent(new(5_000)), stable: "2"),
                Environment("production", Rest, "1", "2", 5_000, rule).WithBaseline(5_000)) with { Hosts = ["shop.local"] });
        IHeaderDictionary headers = new HeaderDictionary { ["Cookie"] = "theme=dark; uid=8a8d1c62; x=1" };
        var client = IPAddress.Parse("127.0.0.1");
        Choose(1_000);

        var before = GC.GetAllocatedBytesForCurrentThread();
        Choose(10_000);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Choose(int times)
        {
            for (var i = 0; i < times; i++)
                router.Choose(new RequestFacts("shop.local:7080", headers, client));
        }
    }

    [Theory]
    [InlineData("10.0.0.0/33")]
    [InlineData("ten")]
    public void ANetworkThatCannotBeReadIsRefusedByName(string cidr) => Assert.Contains(
        $"'{cidr}'",
        Assert.Throws<FormatException>(() => Router(Service(Environment("p", Rest, "1", "2", 0, new() { Cidrs = [cidr] })))).Message,
        StringComparison.Ordinal);

    private static ServiceRoute Named(string name) => Service(Environment(name, Rest, stable: "1")) with { Project = new ProjectId(name) };
}
