using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Core.Traffic;
using Slipway.Engine.Ports;

namespace Slipway.Testing.Contracts;

/// <summary>What every router promises. Its data planes do what the test says.</summary>
public abstract class TrafficRouterContract
{
    private static readonly EnvironmentSpec Production = new()
    {
        Name = new EnvironmentName("production"),
        Slice = new Slice.Rest(),
        Deploy = new DeploySpec.Process { Command = ["./shop"] },
        Strategy = [],
    };

    private static readonly Project Shop = new()
    {
        Id = new ProjectId("shop"),
        Service = new ServiceSpec(["shop.local"], UserKeySource.ClientAddress),
        Environments = [Production],
    };

    protected static EnvironmentKey Key { get; } = Shop.Key(Production);

    protected abstract ITrafficRouter Router { get; }

    /// <summary>Lets every data plane serve what was asked for last.</summary>
    protected abstract Task FollowAsync();

    /// <summary>Lets one data plane of several serve what was asked for last, and the others not yet.</summary>
    protected abstract Task FollowInPartAsync();

    /// <summary>Takes every data plane away.</summary>
    protected abstract Task LoseAllAsync();

    [Fact]
    public async Task ASplitIsObservedAsItWasAppliedOnceItIsServed()
    {
        await Router.AnnounceAsync([Request(Split(10))], CancellationToken.None);
        await FollowAsync();

        Assert.Equal(Split(10), await Router.ObserveAsync(Key, CancellationToken.None));
    }

    [Fact]
    public async Task WhatIsNotReadyIsNotObserved()
    {
        await Router.AnnounceAsync([Request(Split(10)) with { CandidateEndpoints = [], BaselineEndpoints = [] }], CancellationToken.None);
        await FollowAsync();

        Assert.Equal(TrafficSplit.Only(new CandidateId("1.0.0")), await Router.ObserveAsync(Key, CancellationToken.None));
    }

    [Fact]
    public async Task NobodyKnowsBeforeAnythingIsServed()
    {
        Assert.Null(await Router.ObserveAsync(Key, CancellationToken.None));
        await Router.AnnounceAsync([Request(Split(10))], CancellationToken.None);
        Assert.Null(await Router.ObserveAsync(Key, CancellationToken.None));
    }

    [Fact]
    public async Task NobodyKnowsWhileTheDataPlanesDisagree()
    {
        await Router.AnnounceAsync([Request(Split(10))], CancellationToken.None);
        await FollowAsync();
        await Router.AnnounceAsync([Request(Split(20))], CancellationToken.None);
        await FollowInPartAsync();

        Assert.Null(await Router.ObserveAsync(Key, CancellationToken.None));
    }

    [Fact]
    public async Task ADataPlaneThatIsLateInSomethingElseDoesNotDisagree()
    {
        await Router.AnnounceAsync([Request(Split(10))], CancellationToken.None);
        await FollowAsync();
        await Router.AnnounceAsync([Request(Split(10))], CancellationToken.None);
        await FollowInPartAsync();

        Assert.Equal(Split(10), await Router.ObserveAsync(Key, CancellationToken.None));
    }

    [Fact]
    public async Task NobodyKnowsWithoutADataPlane()
    {
        await Router.AnnounceAsync([Request(Split(10))], CancellationToken.None);
        await FollowAsync();
        await LoseAllAsync();

        Assert.Null(await Router.ObserveAsync(Key, CancellationToken.None));
    }

    [Fact]
    public async Task OfAnEnvironmentThatWasNeverAnnouncedNobodyKnows()
    {
        await Router.AnnounceAsync([Request(Split(10))], CancellationToken.None);
        await FollowAsync();

        Assert.Null(await Router.ObserveAsync(Key with { Name = new EnvironmentName("canary") }, CancellationToken.None));
    }

    [Fact]
    public async Task ApplyingTheSameTwiceChangesNothing()
    {
        await Router.AnnounceAsync([Request(Split(10))], CancellationToken.None);
        await FollowAsync();
        for (var i = 0; i < 2; i++)
        {
            var applied = Router.ApplyAsync(Request(Split(20)), CancellationToken.None);
            await FollowAsync();
            Assert.IsType<RouteOutcome.Applied>(await applied);
            Assert.Equal(Split(20), await Router.ObserveAsync(Key, CancellationToken.None));
        }
    }

    private static TrafficSplit Split(int percent) =>
        new(new CandidateId("1.0.0"), new CandidateId("1.1.0"), Percent(percent), new AudienceRule { Users = ["alice"] }) { Mirror = Percent(50), Baseline = Percent(percent) };

    private static Weight Percent(int percent) => new(percent * 1000);

    private static TrafficRequest Request(TrafficSplit split) =>
        new(Shop, Production, split, "shop/1.1.0", ["http://127.0.0.1:20001"], ["http://127.0.0.1:20002"], ["http://127.0.0.1:20003"]);
}
