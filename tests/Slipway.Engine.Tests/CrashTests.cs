using Slipway.Core.Deployments;
using Slipway.Core.Environments;
using Slipway.Engine.Streams;
using static Slipway.Engine.Tests.EngineWorld;

namespace Slipway.Engine.Tests;

public class CrashTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(11)]
    [InlineData(17)]
    public async Task AnEngineThatCrashesEveryFewSecondsLosesNoDecisionAndRepeatsNoStep(int seconds)
    {
        await using var world = await EngineWorld.StartAsync();
        await world.ReleaseAsync("1.0.0");
        (world.Deployer.StartTakes, world.Router.Takes) = (TimeSpan.FromSeconds(3), TimeSpan.FromMilliseconds(300));
        await world.CreateAsync("2.0.0");
        for (var crash = 0; crash < 150 / seconds; crash++)
        {
            await world.PassAsync(seconds);
            await world.CrashAsync();
        }

        await world.UntilAsync(() => world.ServesEverywhere("2.0.0"), "2.0.0 serves everywhere");
        foreach (var environment in new[] { "dogfood", "canary", "production" })
        {
            Assert.Equal([0, 1, 2], world.Events($"shop.{environment}.2").OfType<DeploymentEvent.StepEntered>().Select(e => e.Index));
            Assert.Single(world.Deployer.StartsOf(Instance(environment, "2.0.0")));
        }

        AssertConsistent(world);
    }

    [Theory]
    [InlineData("deployment")]
    [InlineData("environment")]
    public async Task AnAppendWhoseAnswerIsLostIsNotDecidedTwice(string streams)
    {
        await using var world = await EngineWorld.StartAsync();
        var appends = 0;
        world.Store.LosesAnswer = stream => stream.StartsWith(streams, StringComparison.Ordinal) && Interlocked.Increment(ref appends) % 2 == 1;
        await world.ReleaseAsync("1.0.0");
        Assert.True(appends > 2);
        AssertConsistent(world);
    }

    [Fact]
    public async Task ACrashOnTheWayBackStillEndsWithEveryoneOnStable()
    {
        await using var world = await EngineWorld.StartAsync();
        await world.ReleaseAsync("1.0.0");
        await world.CreateAsync("2.0.0");
        await world.UntilAsync(() => world.Active("dogfood") is { StepIndex: 1, Confirmed: not null }, "2.0.0 is in dogfood");
        world.Router.Refuses = _ => true;
        await world.Engine.ActAsync(Key("dogfood"), new EnvironmentCommand.Abort("ana", null), default);
        await world.PassAsync(5);
        await world.CrashAsync();
        Assert.Equal(Phase.RollingBack, world.Active("dogfood")!.Phase);
        world.Router.Refuses = _ => false;
        await world.UntilAsync(() => world.ServesEverywhere("1.0.0"), "1.0.0 serves everywhere again");
    }

    [Fact]
    public async Task ACandidateThatExitedWhileNoEngineRanIsTakenBack()
    {
        await using var world = await EngineWorld.StartAsync();
        await world.ReleaseAsync("1.0.0");
        await world.CreateAsync("2.0.0");
        await world.UntilAsync(() => world.Active("dogfood") is { StepIndex: 1, Confirmed: not null }, "2.0.0 is in dogfood");
        await world.StopEngineAsync();
        world.Deployer.Exit(Instance("dogfood", "2.0.0"));
        await world.StartEngineAsync();
        await world.UntilAsync(() => world.ServesEverywhere("1.0.0"), "1.0.0 serves everywhere again");
        Assert.True(world.Engine.Snapshot(Shop)!.Project.IsBad(new("2.0.0")));
    }

    [Fact]
    public async Task TwoEnginesOnOneStoreNeverBothSaveADecision()
    {
        await using var world = await EngineWorld.StartAsync();
        await world.CreateAsync("1.0.0");
        await world.StartEngineAsync();

        // They meet at a decision sooner or later: how soon is the machine's to say.
        for (var version = 2; version == 2 || (world.Store.Conflicts == 0 && version < 20); version++)
        {
            await world.CreateAsync($"{version}.0.0");
            await world.PassAsync(200);
        }

        Assert.True(world.Store.Conflicts > 0);
        AssertConsistent(world);
    }

    /// <summary>Every stream reads as if one engine alone had decided.</summary>
    private static void AssertConsistent(EngineWorld world)
    {
        foreach (var stream in world.Store.All.GroupBy(e => e.Stream))
        {
            if (stream.Key.StartsWith("deployment:", StringComparison.Ordinal))
                AssertDeployment([.. stream.Select(Journal<DeploymentEvent>.Read)]);
            else if (stream.Key.StartsWith("environment:", StringComparison.Ordinal))
                AssertEnvironment([.. stream.Select(Journal<EnvironmentEvent>.Read)]);
        }
    }

    private static void AssertDeployment(IReadOnlyList<DeploymentEvent> events)
    {
        Assert.IsType<DeploymentEvent.Started>(events[0]);
        Assert.Single(events.OfType<DeploymentEvent.Started>());
        var steps = events.OfType<DeploymentEvent.StepEntered>().Select(e => e.Index).ToList();
        Assert.Equal(Enumerable.Range(0, steps.Count), steps);
        Assert.True(events.OfType<DeploymentEvent.RollbackStarted>().Count() <= 1);
        Assert.DoesNotContain(events.SkipLast(1), e => e is DeploymentEvent.Succeeded or DeploymentEvent.RolledBack);
    }

    private static void AssertEnvironment(IReadOnlyList<EnvironmentEvent> events)
    {
        for (var i = 0; i < events.Count; i++)
        {
            if (i % 2 == 0)
                Assert.Equal(i / 2 + 1, int.Parse(Assert.IsType<EnvironmentEvent.DeploymentCreated>(events[i]).Spec.Id.Value.Split('.')[^1], System.Globalization.CultureInfo.InvariantCulture));
            else
                Assert.Equal(((EnvironmentEvent.DeploymentCreated)events[i - 1]).Spec.Id, Assert.IsType<EnvironmentEvent.DeploymentEnded>(events[i]).Id);
        }
    }
}
