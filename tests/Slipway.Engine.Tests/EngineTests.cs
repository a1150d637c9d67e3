using Slipway.Core.Deployments;
using Slipway.Core.Environments;
using Slipway.Core.Projects;
using Slipway.Core.Traffic;
using static Slipway.Engine.Tests.EngineWorld;

namespace Slipway.Engine.Tests;

public class EngineTests
{
    [Fact]
    public async Task NewAddressesThatTheRouterDidNotHearOfAreSaidAgain()
    {
        await using var world = await EngineWorld.StartAsync();
        await world.ReleaseAsync("1.0.0");
        world.Router.IsAway = true;
        world.Deployer.Exit(Instance("canary", "1.0.0"));
        await world.UntilAsync(() => world.Deployer.ReadyOf(Instance("canary", "1.0.0")).Length == 1, "it was started again");
        await world.PassAsync(5);
        world.Router.IsAway = false;

        await world.UntilAsync(() => world.Router.Serves(Key("canary"))!.StableEndpoints.SequenceEqual(world.Deployer.ReadyOf(Instance("canary", "1.0.0"))), "users are sent to where it runs");
    }

    [Fact]
    public async Task AReleaseGoesThroughAllEnvironmentsByItself()
    {
        await using var world = await EngineWorld.StartAsync();
        await world.ReleaseAsync("1.0.0");
        await world.ReleaseAsync("2.0.0");
        Assert.Equal(["1.0.0", "2.0.0"], [.. world.Engine.Snapshot(Shop)!.Of(new("production")).Good.Select(w => w.Candidate.Value)]);
        Assert.All(["dogfood", "canary", "production"], e => Assert.Single(world.Deployer.StartsOf(Instance(e, "2.0.0"))));
        Assert.Equal([0, 1, 2], world.Events("shop.production.2").OfType<DeploymentEvent.StepEntered>().Select(e => e.Index));
    }

    [Fact]
    public async Task ARouterThatIsLateOnlyMakesItSlower()
    {
        await using var world = await EngineWorld.StartAsync();
        world.Router.Takes = TimeSpan.FromSeconds(7);
        world.Deployer.StartTakes = TimeSpan.FromSeconds(5);
        await world.ReleaseAsync("1.0.0");
        await world.ReleaseAsync("2.0.0");
    }

    [Fact]
    public async Task WhatDoesNotStartIsTakenBackAndComesNoFurther()
    {
        await using var world = await EngineWorld.StartAsync();
        await world.ReleaseAsync("1.0.0");
        world.Deployer.Broken.Add("2.0.0");
        await world.CreateAsync("2.0.0");
        await world.PassAsync(120);
        Assert.True(world.ServesEverywhere("1.0.0"));
        Assert.Equal(RollbackCause.Failed, (await world.Engine.FindAsync(new DeploymentId("shop.dogfood.2"), default))!.Cause);
        Assert.Empty(world.Events("shop.canary.2"));
    }

    [Fact]
    public async Task ARouterThatRefusesTheCandidateLeavesEveryoneOnStable()
    {
        await using var world = await EngineWorld.StartAsync();
        await world.ReleaseAsync("1.0.0");
        world.Router.Refuses = r => r.Split.Candidate is not null;
        await world.CreateAsync("2.0.0");
        await world.PassAsync(120);
        Assert.True(world.ServesEverywhere("1.0.0"));
    }

    [Fact]
    public async Task ACandidateThatExitsIsFlaggedAndTakenBack()
    {
        await using var world = await EngineWorld.StartAsync();
        await world.ReleaseAsync("1.0.0");
        await world.CreateAsync("2.0.0");
        await world.UntilAsync(() => world.Active("dogfood") is { StepIndex: 1, Confirmed: not null }, "2.0.0 is in dogfood");
        world.Deployer.Exit(Instance("dogfood", "2.0.0"));
        await world.UntilAsync(() => world.ServesEverywhere("1.0.0"), "1.0.0 serves everywhere again");
        Assert.True(world.Engine.Snapshot(Shop)!.Project.IsBad(new("2.0.0")));
        Assert.Single(world.Events("shop.dogfood.2").OfType<DeploymentEvent.CandidateExited>());
    }

    [Fact]
    public async Task FlaggingStopsACandidateUnderWayAndTakesItBackWhereItServes()
    {
        await using var world = await EngineWorld.StartAsync();
        await world.ReleaseAsync("1.0.0");
        await world.CreateAsync("2.0.0");
        await world.UntilAsync(() => world.Active("canary") is { StepIndex: 1, Confirmed: not null } && world.Serving("dogfood") == "2.0.0", "2.0.0 is in canary");
        Assert.True((await world.Engine.FlagAsync(Shop, new("2.0.0"), "bob", "loses orders", default)).Ok);
        await world.UntilAsync(() => world.ServesEverywhere("1.0.0"), "1.0.0 serves everywhere again");
        Assert.Equal(RollbackCause.Bad, (await world.Engine.FindAsync(new DeploymentId("shop.canary.2"), default))!.Cause);
        Assert.Equal(DeploymentKind.Rollback, (await world.Engine.FindAsync(new DeploymentId("shop.dogfood.3"), default))!.Spec.Kind);
        await world.PassAsync(300);
        Assert.True(world.ServesEverywhere("1.0.0"));
    }

    [Fact]
    public async Task AbortLeavesNoTrafficOnTheCandidate()
    {
        await using var world = await EngineWorld.StartAsync();
        await world.ReleaseAsync("1.0.0");
        await world.CreateAsync("2.0.0");
        await world.UntilAsync(() => world.Active("dogfood") is { StepIndex: 1, Confirmed: not null }, "2.0.0 is in dogfood");
        Assert.Equal(new Weight(10_000), world.Router.Serves(Key("dogfood"))!.Split.Weight);
        Assert.True((await world.Engine.ActAsync(Key("dogfood"), new EnvironmentCommand.Abort("ana", null), default)).Ok);
        await world.UntilAsync(() => world.ServesEverywhere("1.0.0"), "1.0.0 serves everywhere again");
        Assert.Equal("SLIP0308", (await world.Engine.ActAsync(Key("dogfood"), new EnvironmentCommand.Pause("ana", null), default)).Problem?.Code);
    }

    [Fact]
    public async Task WhatNobodyWantsIsStopped()
    {
        await using var world = await EngineWorld.StartAsync();
        world.Deployer.Leave(Instance("dogfood", "0.9.0"));
        world.Deployer.Leave(new Ports.InstanceId(new EnvironmentKey(new ProjectId("gone"), new EnvironmentName("dogfood")), new("1.0.0")));
        await world.ReleaseAsync("1.0.0");
        Assert.All(world.Deployer.Running, i => Assert.Equal("1.0.0", i.Candidate.Value));
    }

    [Fact]
    public async Task AServingVersionThatExitsIsStartedAgainWithGrowingPauses()
    {
        await using var world = await EngineWorld.StartAsync();
        await world.ReleaseAsync("1.0.0");
        await world.PassAsync(300);
        var id = Instance("production", "1.0.0");
        for (var exit = 0; exit < 5; exit++)
        {
            string Served() => world.Router.Serves(Key("production"))!.StableEndpoints.Single();
            var (starts, before) = (world.Deployer.StartsOf(id).Length, Served());
            world.Deployer.Exit(id);
            await world.UntilAsync(() => world.Deployer.StartsOf(id).Length > starts && world.Engine.IsReady(id) && Served() != before, "it is started again and served elsewhere");
            Assert.Equal(Served(), (await world.Deployer.ListAsync(default)).Single(i => i.Id == id).Endpoints.Single());
        }

        var times = world.Deployer.StartsOf(id);
        var pauses = times.Zip(times.Skip(1), (a, b) => (b - a).TotalSeconds).Skip(1).ToList();

        // Time may pass while the engine still works: a start may come later than it may come, never sooner.
        Assert.Equal(4, pauses.Count);
        Assert.All(pauses.Zip([2.0, 4.0, 8.0, 16.0]), p => Assert.True(p.First >= p.Second, string.Join(", ", pauses)));
    }

    [Fact]
    public async Task AServingVersionThatBecameReadyWhileNoEngineLookedIsServed()
    {
        await using var world = await EngineWorld.StartAsync();
        await world.ReleaseAsync("1.0.0");
        var id = Instance("production", "1.0.0");
        world.Deployer.StartTakes = TimeSpan.FromSeconds(5);
        world.Deployer.Exit(id);
        await world.UntilAsync(() => world.Deployer.StartsOf(id).Length == 2, "it is started again");
        await world.CrashAsync();
        await world.UntilAsync(() => world.Engine.IsReady(id), "it is found again");
        Assert.Equal(2, world.Deployer.StartsOf(id).Length);
        Assert.NotEmpty(world.Router.Serves(Key("production"))!.StableEndpoints);
    }
}
