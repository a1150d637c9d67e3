using System.Collections.Immutable;
using CsCheck;
using Slipway.Core.Analysis;
using Slipway.Core.Configuration;
using Slipway.Core.Projects;
using Slipway.Core.Strategies;
using Slipway.Core.Traffic;
using Slipway.Server.Configuration;
using static Slipway.Server.Tests.Configuration.YamlProjectTests;

namespace Slipway.Server.Tests.Configuration;

/// <summary>Policies and fleets as they are written.</summary>
public class YamlPolicyTests
{
    [Fact]
    public void TargetsBecomeEnvironmentsOfTheirOwn()
    {
        var project = Accept(Everything);
        var member = project.Find(new EnvironmentName("fleet-us-1"))!;

        Assert.Equal(new FleetMember(new EnvironmentName("fleet"), 1, "us-1"), member.Member);
        Assert.Equal(["./shop", "--target", "us-1"], Assert.IsType<DeploySpec.Process>(member.Deploy).Command);
        Assert.Equal(["us-1.shop.example"], Assert.IsType<Slice.Everyone>(member.Slice).Hosts);
        Assert.Equal((2, new Weight(90_000), OnFail.Pause), (project.Fleets[0].AtOnce, project.Fleets[0].Minimum, project.Fleets[0].OnFail));
        Assert.Equal(["pilot", "ring-2"], project.Fleets[0].Rings.Select(r => r.Name));
    }

    [Fact]
    public void EveryPolicyIsReadAsItIsWritten()
    {
        var all = Accept(Everything).Find(new EnvironmentName("all-steps"))!;

        Assert.True(all is { AfterAny: true, WhenBusy: WhenBusy.Supersede, Scaling: Scaling.Follow, Deploy.Instances: 4 });
        Assert.Equal(new RollbackPolicy { WindowRevisions = 3, WindowTime = TimeSpan.FromDays(7), KeepWarm = TimeSpan.FromMinutes(30) }, all.Rollback);
        Assert.Equal(["ready"], all.Hooks.Before.Select(h => h.Name));
        Assert.Equal(["chat.example"], all.Hooks.After.Select(h => h.Name));
        Assert.Equal(["back"], all.Hooks.OnRollback.Select(h => h.Name));
        Assert.Equal(new BakeStep(TimeSpan.FromMinutes(10)), all.Strategy[^1]);
        Assert.Contains(new SwitchStep(), all.Strategy);
        Assert.True(Assert.IsType<HookSpec.Webhook>(all.Strategy.OfType<HookStep>().First().Hook) is { Secret: "HOOK_KEY", Retries: 2, FailureIsBad: true, Undo: HookSpec.Command });
        Assert.Equal("no internal users", Accept(Everything).Find(new EnvironmentName("nobody"))!.NotApplicable);
    }
}
