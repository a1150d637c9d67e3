using Microsoft.Extensions.Time.Testing;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Core.Traffic;
using Slipway.Engine.Ports;
using Slipway.Integrations.Routers.Gateways;

namespace Slipway.Integrations.Tests.Routers;

public sealed class GatewayRouterTests
{
    private static readonly EnvironmentSpec Production = new()
    {
        Name = new EnvironmentName("production"),
        Slice = new Slice.Rest(),
        Deploy = new DeploySpec.Process { Command = ["./shop"] },
        Strategy = [],
    };

    private static readonly Project Shop = new() { Id = new ProjectId("shop"), Service = new ServiceSpec(["shop.local"], UserKeySource.ClientAddress), Environments = [Production] };

    private readonly FakeTimeProvider _time = new();
    private readonly GatewayRouter _router;

    public GatewayRouterTests() => _router = new GatewayRouter(_time);

    [Fact]
    public async Task NothingIsPublishedBeforeWhatWasServedIsRestored()
    {
        Link link = new();
        _router.Add(link);
        Assert.Null(link.Offered);
        await _router.AnnounceAsync([Request(10)], TestContext.Current.CancellationToken);
        Assert.Equal(10_000, Only(link.Offered!).Weight.Value);
    }

    [Fact]
    public async Task ASplitIsAppliedOnceEveryLiveGatewayServesIt()
    {
        var (first, second) = await TwoAsync();
        var applied = _router.ApplyAsync(Request(50), TestContext.Current.CancellationToken);
        first.Serves = first.Offered!.Version;
        _router.Changed();
        Assert.False(applied.IsCompleted);
        second.Serves = second.Offered!.Version;
        _router.Changed();
        Assert.IsType<RouteOutcome.Applied>(await applied);
    }

    [Fact]
    public async Task AGatewayThatIsGoneIsNotWaitedForAndTakesTheNewestTableWhenItComesBack()
    {
        var (first, second) = await TwoAsync();
        second.IsAlive = false;
        var applied = _router.ApplyAsync(Request(50), TestContext.Current.CancellationToken);
        first.Serves = first.Offered!.Version;
        _router.Changed();
        Assert.IsType<RouteOutcome.Applied>(await applied);
        Assert.Equal(first.Offered, second.Offered);
    }

    [Fact]
    public async Task WithoutAnyGatewayNothingIsEverCalledApplied()
    {
        await _router.AnnounceAsync([Request(0)], TestContext.Current.CancellationToken);
        var applied = _router.ApplyAsync(Request(50), TestContext.Current.CancellationToken);
        var outcome = await PassAsync(applied);
        Assert.Contains("no gateway is connected", Assert.IsType<RouteOutcome.Unconfirmed>(outcome).Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AGatewayThatDoesNotFollowIsNamed()
    {
        var (first, _) = await TwoAsync();
        var applied = _router.ApplyAsync(Request(50), TestContext.Current.CancellationToken);
        first.Serves = first.Offered!.Version;
        var outcome = await PassAsync(applied);
        Assert.Contains("gateway second", Assert.IsType<RouteOutcome.Unconfirmed>(outcome).Why, StringComparison.Ordinal);
    }

    /// <summary>After the clock went back, a gateway may serve a table of a higher version; it must not count as having the new one.</summary>
    [Fact]
    public async Task AGatewayFromTheFutureIsOutrunAndNotBelieved()
    {
        var (first, second) = await TwoAsync();
        first.Serves = second.Serves = _router.Table.Version + 1_000_000;
        var applied = _router.ApplyAsync(Request(50), TestContext.Current.CancellationToken);
        Assert.False(applied.IsCompleted);
        Assert.True(_router.Table.Version > first.Serves);
        first.Serves = second.Serves = _router.Table.Version;
        _router.Changed();
        Assert.IsType<RouteOutcome.Applied>(await applied);
    }

    [Fact]
    public async Task ACandidateWithoutAnAddressGetsNobody()
    {
        var (first, _) = await TwoAsync();
        _ = _router.ApplyAsync(Request(50) with { CandidateEndpoints = [] }, TestContext.Current.CancellationToken);
        Assert.True(Only(first.Offered!) is { Candidate: null, Weight.Value: 0, Stable: not null });
    }

    [Fact]
    public async Task DrainingWaitsUntilNoGatewayHasARequestUnderWay()
    {
        var (first, second) = await TwoAsync();
        (first.UnderWay, second.UnderWay) = (0, 3);
        var drained = _router.DrainAsync(new InstanceId(Shop.Key(Production), new CandidateId("1.0.0")), [], TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        Assert.False(drained.IsCompleted);
        second.UnderWay = 0;
        _router.Changed();
        await drained;
    }

    [Fact]
    public async Task DrainingSomeEndpointsDoesNotWaitForTheOthers()
    {
        var (first, second) = await TwoAsync();
        first.Busy["http://127.0.0.1:20001"] = 5;
        second.Busy["http://127.0.0.1:20002"] = 1;
        var drained = _router.DrainAsync(
            new InstanceId(Shop.Key(Production), new CandidateId("1.0.0")), ["http://127.0.0.1:20002", "http://127.0.0.1:20003"], TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        Assert.False(drained.IsCompleted);
        second.Busy.Clear();
        _router.Changed();
        await drained;
    }

    /// <summary>A gateway that was cut off, or one from before the server's start, serves something that is not remembered.</summary>
    [Fact]
    public async Task OfATableThatIsLongPastOrNotOursNobodyKnows()
    {
        var (first, second) = await TwoAsync();
        Assert.NotNull(await _router.ObserveAsync(Shop.Key(Production), TestContext.Current.CancellationToken));
        second.Serves = 1;
        Assert.Null(await _router.ObserveAsync(Shop.Key(Production), TestContext.Current.CancellationToken));
        for (var i = 0; i < 64; i++)
            await _router.AnnounceAsync([Request(0)], TestContext.Current.CancellationToken);
        second.Serves = first.Serves;
        Assert.Null(await _router.ObserveAsync(Shop.Key(Production), TestContext.Current.CancellationToken));
    }

    private async Task<(Link First, Link Second)> TwoAsync()
    {
        Link first = new() { Name = "first" }, second = new() { Name = "second" };
        _router.Add(first);
        _router.Add(second);
        await _router.AnnounceAsync([Request(0)], TestContext.Current.CancellationToken);
        first.Serves = second.Serves = _router.Table.Version;
        return (first, second);
    }

    /// <summary>Lets the time pass in which gateways may confirm.</summary>
    private async Task<RouteOutcome> PassAsync(Task<RouteOutcome> applied)
    {
        for (var i = 0; i < 100 && !applied.IsCompleted; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        return await applied.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
    }

    private static TrafficRequest Request(int percent) => new(Shop, Production,
        new TrafficSplit(new CandidateId("1.0.0"), new CandidateId("1.1.0"), new Weight(percent * 1000), null), "shop/1.1.0", ["http://127.0.0.1:20001"], ["http://127.0.0.1:20002"], []);

    private static EnvironmentRoute Only(RouteTable table) => Assert.Single(Assert.Single(table.Services).Environments);
}
