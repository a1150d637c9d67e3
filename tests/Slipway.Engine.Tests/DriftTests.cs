using Slipway.Core.Deployments;
using Slipway.Core.Environments;
using Slipway.Core.Releases;
using Slipway.Core.Traffic;
using static Slipway.Engine.Tests.EngineWorld;

namespace Slipway.Engine.Tests;

/// <summary>What is served is what was read back, not what was said.</summary>
public class DriftTests
{
    [Fact]
    public async Task ARouterThatSaysDoneAndServesSomethingElseConfirmsNothing()
    {
        await using var world = await EngineWorld.StartAsync();
        await world.ReleaseAsync("1.0.0");
        world.Router.Lies = r => r.Split.Candidate is not null;
        await world.CreateAsync("2.0.0");
        await world.UntilAsync(() => world.Events("shop.dogfood.2").OfType<DeploymentEvent.RolledBack>().Any(), "2.0.0 is back");
        Assert.DoesNotContain(world.Events("shop.dogfood.2").OfType<DeploymentEvent.SplitConfirmed>(), e => e.Split.Candidate is not null);
        Assert.Contains("the router said it was done, but serves", world.Events("shop.dogfood.2").OfType<DeploymentEvent.RollbackStarted>().Single().Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TrafficThatSomebodyElseChangedUnderARolloutIsPutRight()
    {
        await using var world = await EngineWorld.StartAsync();
        await world.ReleaseAsync("1.0.0");
        await world.CreateAsync("2.0.0");
        await world.UntilAsync(() => world.Active("dogfood") is { StepIndex: 1, Confirmed: not null }, "2.0.0 is in dogfood");
        world.Router.Meddle(Key("dogfood"), TrafficSplit.Only(new CandidateId("2.0.0")));
        await world.UntilAsync(() => world.Events("shop.dogfood.2").OfType<DeploymentEvent.SplitLost>().Any() && world.Active("dogfood") is { Confirmed: not null }, "it is noticed and put right");
        Assert.Equal(new Weight(10_000), world.Router.Serves(Key("dogfood"))!.Split.Weight);
    }

    [Fact]
    public async Task DriftOfAnIdleEnvironmentIsShownAndRevertedOrAccepted()
    {
        await using var world = await EngineWorld.StartAsync();
        await world.ReleaseAsync("1.0.0");
        await world.ReleaseAsync("2.0.0");
        Assert.Empty(world.Engine.Drift(Key("production")));
        world.Router.Meddle(Key("production"), TrafficSplit.Only(new CandidateId("1.0.0")));
        await world.UntilAsync(() => !world.Engine.Drift(Key("production")).IsEmpty, "it is noticed");
        Assert.Equal(["the router serves 1.0.0 to everyone where 2.0.0 to everyone is wanted"], world.Engine.Drift(Key("production")));
        Assert.True((await world.Engine.RevertDriftAsync(Key("production"), default)).Ok);
        await world.UntilAsync(() => world.Engine.Drift(Key("production")).IsEmpty, "it is put right");

        world.Router.Meddle(Key("production"), TrafficSplit.Only(new CandidateId("1.0.0")));
        await world.UntilAsync(() => !world.Engine.Drift(Key("production")).IsEmpty, "it is noticed again");
        Assert.True((await world.Engine.AcceptDriftAsync(Key("production"), "ana", "hotfix by hand", default)).Ok);
        await world.UntilAsync(() => world.Serving("production") == "1.0.0" && world.Engine.Drift(Key("production")).IsEmpty, "1.0.0 is what shall serve");
        Assert.Equal("SLIP0313", (await world.Engine.AcceptDriftAsync(Key("production"), "ana", null, default)).Problem?.Code);
    }

    [Fact]
    public async Task ARequestThatArrivesAfterItsDeploymentHasEndedDoesNotHaveTheLastWord()
    {
        await using var world = await EngineWorld.StartAsync();
        await world.ReleaseAsync("1.0.0");
        await world.ReleaseAsync("2.0.0");
        world.Router.Meddle(Key("production"), new TrafficSplit(new CandidateId("1.0.0"), new CandidateId("2.0.0"), new Weight(60_000), null));
        await world.UntilAsync(() => world.Router.Serves(Key("production"))!.Split == TrafficSplit.Only(new CandidateId("2.0.0")), "everyone is on 2.0.0 again");
    }

    [Fact]
    public async Task WhatIsBeingDrainedToBeStoppedIsNoDrift()
    {
        await using var world = await EngineWorld.StartAsync();
        await world.ReleaseAsync("1.0.0");
        world.Router.NeverDrains = true;
        await world.CreateAsync("2.0.0");
        await world.UntilAsync(() => world.Serving("dogfood") == "2.0.0" && world.Active("dogfood") is null, "2.0.0 serves");
        await world.PassAsync(3);
        Assert.Contains(Instance("dogfood", "1.0.0"), world.Deployer.Running);
        Assert.Empty(world.Engine.Drift(Key("dogfood")));
    }
}
