using CsCheck;
using Slipway.Core.Analysis;
using Slipway.Core.Deployments;
using Slipway.Core.Projects;
using Slipway.Core.Strategies;
using static Slipway.Engine.Tests.EngineWorld;
using static Slipway.Engine.Tests.ScalingWorld;

namespace Slipway.Engine.Tests;

/// <summary>How many instances of each version run, as the peers' own tests have it; the names of their rows are in the comments.</summary>
public class ScalingTests
{
    private static readonly Step[] Quarter = [new DeployStep(), Weight(25), Pause, Weight(100)];

    /// <summary>A3.</summary>
    [Fact]
    public async Task ScaleStepsSayHowManyOfTheCandidateThereAre()
    {
        await using var s = await StartAsync(4, Scaling.Keep,
            new DeployStep(), new ScaleStep(1), Pause, Weight(25), Pause, new ScaleStep(3), Pause, new ScaleStep(2), Pause, new ScaleStep(null), Weight(100), Pause);
        Assert.Equal((0, 4), s.Counts);
        await s.DeployAsync("2.0.0");
        await s.RestsAsync(1, 4, 0);
        foreach (var (candidates, percent) in ((int, int)[])[(1, 25), (3, 25), (2, 25), (4, 100)])
        {
            await s.PromoteAsync();
            await s.RestsAsync(candidates, 4, percent);
        }

        await s.PromoteAsync();
        await s.IdleAsync("2.0.0", 4);
    }

    /// <summary>A4.</summary>
    [Fact]
    public async Task ScalingThePausedEnvironmentScalesBothSidesAndItStaysPaused()
    {
        await using var s = await StartAsync(4, Scaling.Follow, Quarter);
        await s.DeployAsync("2.0.0");
        await s.RestsAsync(1, 3, 25);
        foreach (var (instances, candidates, stables) in ((int, int, int)[])[(8, 2, 6), (4, 1, 3), (8, 2, 6)])
        {
            await s.ScaleAsync(instances, Quarter);
            await s.RestsAsync(candidates, stables, 25);
            var served = s.World.Router.Serves(Key("production"))!;
            Assert.Equal((candidates, stables), (served.CandidateEndpoints.Length, served.StableEndpoints.Length));
        }

        await s.PromoteAsync();
        await s.IdleAsync("2.0.0", 8);
    }

    /// <summary>A5: forward to everyone and back again; the watch over what serves whom is in <see cref="ScalingWorld"/>.</summary>
    [Theory]
    [InlineData(0, 0)]
    [InlineData(2, 0)]
    [InlineData(3, 4)]
    public async Task GoingBackFromEveryoneNeverLeavesTooFewForThoseWhoAreSentThere(int startTakes, int eachLater)
    {
        await using var s = await StartAsync(4, Scaling.Follow, new DeployStep(), Weight(50), Weight(100), Pause);
        (s.World.Deployer.StartTakes, s.World.Deployer.EachLater, s.World.Router.Takes) = (TimeSpan.FromSeconds(startTakes), TimeSpan.FromSeconds(eachLater), TimeSpan.FromMilliseconds(700));
        await s.DeployAsync("2.0.0");
        await s.RestsAsync(4, 1, 100);
        await s.AbortAsync();
        await s.IdleAsync("1.0.0", 4);
    }

    /// <summary>A16.</summary>
    [Fact]
    public async Task OnAbortTheTrafficFollowsTheStableInstancesAsTheyComeBack()
    {
        await using var s = await StartAsync(4, Scaling.Follow, new DeployStep(), Weight(75), Pause, Weight(100));
        await s.DeployAsync("2.0.0");
        await s.RestsAsync(3, 1, 75);
        (s.World.Deployer.StartTakes, s.World.Deployer.EachLater) = (TimeSpan.FromSeconds(10), TimeSpan.Zero);
        var before = s.World.Router.Asked.Length;
        await s.AbortAsync();
        await s.World.PassAsync(8);
        Assert.Equal((75, (3, 1)), (s.Percent, s.Counts));
        await s.IdleAsync("1.0.0", 4);
        Assert.Equal([75, 0], Shares(s, before));
    }

    /// <summary>A16, with instances that come back one after the other.</summary>
    [Fact]
    public async Task OnAbortEachStableInstanceThatIsReadyTakesItsShare()
    {
        await using var s = await StartAsync(4, Scaling.Follow, new DeployStep(), Weight(75), Pause, Weight(100));
        await s.DeployAsync("2.0.0");
        await s.RestsAsync(3, 1, 75);
        (s.World.Deployer.StartTakes, s.World.Deployer.EachLater) = (TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10));
        var before = s.World.Router.Asked.Length;
        await s.AbortAsync();
        await s.World.UntilAsync(() => s.Counts.Stable == 3 && s.Percent == 25, "three are ready and a quarter stays");
        Assert.Equal(3, s.Counts.Candidate);
        await s.IdleAsync("1.0.0", 4);
        Assert.Equal([75, 50, 25, 0], Shares(s, before));
    }

    /// <summary>A19: good to bad.</summary>
    [Fact]
    public async Task ACandidateThatDoesNotStartCostsNoStableInstance()
    {
        await using var s = await StartAsync(4, Scaling.Follow, Quarter);
        s.World.Deployer.Broken.Add("2.0.0");
        await s.DeployAsync("2.0.0");
        await s.World.UntilAsync(() => s.World.Events("shop.production.2").OfType<DeploymentEvent.RolledBack>().Any(), "it is back");
        await s.IdleAsync("1.0.0", 4);
        Assert.Equal(4, s.World.Deployer.StartsOf(Instance("production", "1.0.0")).Length);
    }

    /// <summary>A19: bad to good, without a hand; and bad to bad before.</summary>
    [Fact]
    public async Task AfterTwoThatDoNotStartOneThatDoesComesIn()
    {
        await using var s = await StartAsync(4, Scaling.Follow, new DeployStep(), Weight(50), Weight(100));
        foreach (var bad in (string[])["2.0.0", "2.0.1"])
        {
            s.World.Deployer.Broken.Add(bad);
            if (bad != "2.0.0")
                await s.World.CreateAsync(bad);
            await s.DeployAsync(bad);
            await s.IdleAsync("1.0.0", 4);
        }

        await s.World.CreateAsync("2.0.2");
        await s.DeployAsync("2.0.2");
        await s.IdleAsync("2.0.2", 4);
    }

    /// <summary>A19, with weight: half of the instances have half of the share, and what comes late is not held against it.</summary>
    [Fact]
    public async Task AShareWaitsForTheInstancesThatAreToServeIt()
    {
        await using var s = await StartAsync(4, Scaling.Keep, new DeployStep(), Weight(25), Pause, Weight(100), Pause);
        await s.DeployAsync("2.0.0");
        await s.RestsAsync(1, 4, 25);
        (s.World.Deployer.StartTakes, s.World.Deployer.EachLater) = (TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10));
        await s.PromoteAsync();
        foreach (var (ready, percent) in ((int, int)[])[(2, 50), (3, 75), (4, 100)])
            await s.World.UntilAsync(() => s.Counts.Candidate == ready && s.Percent == percent, $"{ready} are ready and have {percent} %");
    }

    /// <summary>A20.</summary>
    [Fact]
    public async Task VersionAndSizeMayChangeAtTheSameTime()
    {
        Step[] steps = [new DeployStep(), Weight(50), Weight(100)];
        await using var s = await StartAsync(2, Scaling.Follow, steps);
        s.World.Deployer.StartTakes = TimeSpan.FromSeconds(3);
        await s.ScaleAsync(3, steps);
        await s.DeployAsync("2.0.0");
        await s.World.PassAsync(2);
        await s.World.CreateAsync("3.0.0");
        await s.ScaleAsync(4, steps);
        await s.DeployAsync("3.0.0");
        await s.IdleAsync("3.0.0", 4);
    }

    [Fact]
    public async Task AnIdleEnvironmentIsScaledByItsDocumentAlone()
    {
        await using var s = await StartAsync(4, Scaling.Keep, Quarter);
        var before = s.World.Deployer.ReadyOf(Instance("production", "1.0.0"));
        foreach (var instances in (int[])[2, 5, 1, 3])
        {
            await s.ScaleAsync(instances, Quarter);
            await s.IdleAsync("1.0.0", instances);
            Assert.Equal(before[0], s.World.Router.Serves(Key("production"))!.StableEndpoints[0]);
        }

        Assert.Equal(4 + 3 + 2, s.World.Deployer.StartsOf(Instance("production", "1.0.0")).Length);
    }

    [Fact]
    public async Task WhatIsAboutToGoIsHadBackWhenItIsWantedAgain()
    {
        await using var s = await StartAsync(4, Scaling.Keep, Quarter);
        s.World.Router.Refuses = _ => true;
        await s.ScaleAsync(2, Quarter);
        await s.World.PassAsync(20);
        Assert.Equal(4, s.Ready("1.0.0"));
        await s.ScaleAsync(4, Quarter);
        s.World.Router.Refuses = _ => false;
        await s.IdleAsync("1.0.0", 4);
        Assert.Equal(4, s.World.Deployer.StartsOf(Instance("production", "1.0.0")).Length);
    }

    [Fact]
    public async Task OneOfSeveralThatExitsIsRoutedAroundAtOnceAndStartedAgain()
    {
        await using var s = await StartAsync(3, Scaling.Keep, Quarter);
        s.Dies = true;
        s.World.Deployer.StartTakes = TimeSpan.FromSeconds(5);
        var before = s.World.Deployer.ReadyOf(Instance("production", "1.0.0"));
        s.World.Deployer.Exit(before[1]);
        await s.World.QuietAsync();
        Assert.Equal([before[0], before[2]], s.World.Router.Serves(Key("production"))!.StableEndpoints);
        await s.IdleAsync("1.0.0", 3);
        Assert.Equal([before[0], before[2]], s.World.Deployer.ReadyOf(Instance("production", "1.0.0"))[..2]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task OneExitThatIsNotAllowedTakesTheCandidateBackHoweverManyFollow(int exits)
    {
        await using var s = await StartAsync(4, Scaling.Keep, new DeployStep(), Weight(75), Pause, Weight(100));
        s.Dies = true;
        await s.DeployAsync("2.0.0");
        await s.RestsAsync(3, 4, 75);
        s.World.Deployer.StartTakes = TimeSpan.FromSeconds(3);
        var all = s.World.Deployer.ReadyOf(Instance("production", "2.0.0"));
        for (var i = 0; i < exits; i++)
            s.World.Deployer.Exit(all[i]);
        await s.IdleAsync("1.0.0", 4);
        Assert.Single(s.World.Events("shop.production.2").OfType<DeploymentEvent.CandidateExited>());
    }

    [Fact]
    public async Task ExitsThatAreAllowedAreCountedAndStartedAgain()
    {
        await using var s = await StartAsync(4, Scaling.Keep, new DeployStep(), Weight(75), Pause, Weight(100));
        s.Dies = true;
        var project = Project(4, Scaling.Keep, new DeployStep(), Weight(75), Pause, Weight(100));
        await s.World.ApplyAsync(project with { Environments = [project.Environments[0] with { Checks = [new CheckSpec.Outage { Restarts = 3 }] }] });
        await s.DeployAsync("2.0.0");
        await s.RestsAsync(3, 4, 75);
        s.World.Deployer.StartTakes = TimeSpan.FromSeconds(3);
        var all = s.World.Deployer.ReadyOf(Instance("production", "2.0.0"));
        s.World.Deployer.Exit(all[0]);
        s.World.Deployer.Exit(all[2]);
        await s.World.UntilAsync(() => s.World.Active("production") is { Exits: 2 }, "both are counted");
        await s.RestsAsync(3, 4, 75);
        s.World.Deployer.Exit(all[1]);
        await s.World.UntilAsync(() => s.World.Active("production") is { Exits: 3 }, "the third too");
        await s.RestsAsync(3, 4, 75);
        await s.World.PassAsync(30);
        Assert.Equal(3, s.World.Events("shop.production.2").OfType<DeploymentEvent.CandidateExited>().Count());
    }

    [Fact]
    public async Task TheFreshBaselineHasAsManyAsTheCandidateIsRevivedAndGoesOnlyWhenNobodyIsSentThere()
    {
        await using var s = await StartAsync(4, Scaling.Keep, new DeployStep(), new BaselineStep(), Weight(50), Pause, Weight(100));
        s.Dies = true;
        var baseline = Instance("production", "1.0.0") with { Role = Core.Releases.InstanceRole.Baseline };
        s.World.Router.Takes = TimeSpan.FromMilliseconds(1500);
        await s.DeployAsync("2.0.0");
        await s.RestsAsync(2, 4, 50);
        await s.World.UntilAsync(() => s.World.Deployer.ReadyOf(baseline).Length == 2 && s.World.Router.Serves(Key("production"))!.BaselineEndpoints.Length == 2, "two of the baseline serve");
        s.World.Deployer.Exit(baseline);
        await s.World.UntilAsync(() => s.World.Deployer.StartsOf(baseline).Length == 3 && s.World.Router.Serves(Key("production"))!.BaselineEndpoints.Length == 2, "the one that exited is back");
        await s.PromoteAsync();
        await s.IdleAsync("2.0.0", 4);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(13)]
    public async Task AnEngineThatCrashesEveryFewSecondsScalesAllTheSame(int seconds)
    {
        await using var s = await StartAsync(4, Scaling.Follow, new DeployStep(), Weight(25), new BakeStep(TimeSpan.FromSeconds(5)), Weight(75), new BakeStep(TimeSpan.FromSeconds(5)), Weight(100));
        (s.World.Deployer.StartTakes, s.World.Deployer.EachLater, s.World.Router.Takes) = (TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(300));
        await s.DeployAsync("2.0.0");
        for (var crash = 0; crash < 100 / seconds; crash++)
        {
            await s.World.PassAsync(seconds);
            await s.World.CrashAsync();
        }

        await s.IdleAsync("2.0.0", 4);
        Assert.Equal(4, s.World.Deployer.StartsOf(Instance("production", "2.0.0")).Length);
    }

    /// <summary>Whatever is asked for and whenever, nobody is sent to what is not there, and it ends as wanted.</summary>
    [Fact]
    public void ScaledAndTakenBackAtAnyMomentItNeverLeavesTooFew() =>
        Gen.Select(Gen.Int[0, 6], Gen.Int[0, 4], Gen.Int[0, 2500], Gen.Int[1, 25].Array[1, 6], Gen.Int[1, 6].Array[6], Gen.Bool)
            .Sample((start, later, router, moments, sizes, abort) => RunAsync(start, later, router, moments, sizes, abort).GetAwaiter().GetResult(), iter: 150, threads: 1);

    private static async Task RunAsync(int start, int later, int router, int[] moments, int[] sizes, bool abort)
    {
        Step[] steps = [new DeployStep(), Weight(25), new BakeStep(TimeSpan.FromSeconds(4)), Weight(75), new BakeStep(TimeSpan.FromSeconds(6)), Weight(100), new BakeStep(TimeSpan.FromSeconds(5))];
        await using var s = await StartAsync(4, Scaling.Follow, steps);
        (s.World.Deployer.StartTakes, s.World.Deployer.EachLater, s.World.Router.Takes) = (TimeSpan.FromSeconds(start), TimeSpan.FromSeconds(later), TimeSpan.FromMilliseconds(router));
        await s.DeployAsync("2.0.0");
        var size = 4;
        foreach (var (moment, i) in moments.Select((m, i) => (m, i)))
        {
            await s.World.PassAsync(moment);
            if (i == moments.Length - 1 && abort && s.World.Active("production") is { Phase: Phase.Progressing })
                await s.AbortAsync();
            else
                await s.ScaleAsync(size = sizes[i], steps);
        }

        await s.World.UntilAsync(() => s.World.Active("production") is null, "it ends");
        await s.IdleAsync(s.World.Serving("production")!, size);
    }

    /// <summary>The candidate's shares that were asked for since the deployment was given up, each once.</summary>
    private static IEnumerable<int> Shares(ScalingWorld s, int before) =>
        s.World.Router.Asked.Skip(before).Select(r => r.Split.Candidate is null ? 0 : r.Split.Weight.Value / 1000).Distinct();
}
