using Slipway.Core.Deployments;
using Slipway.Core.Projects;
using Slipway.Core.Strategies;
using Slipway.Core.Traffic;
using static Slipway.Core.Tests.Deployments.Given;

namespace Slipway.Core.Tests.Deployments;

public class RolloutTests
{
    private static readonly DeploymentSpec Ramp = Spec(new DeployStep(), Percent(10, 60), Percent(50, 60), Percent(100));

    [Fact]
    public void ARolloutGoesThroughEveryKindOfStepToEveryone()
    {
        RolloutScenario r = new(Spec(new ApproveStep(["sre"], 1), new DeployStep(), new AudienceStep(Employees), Percent(0.5m, 60),
            new BakeStep(TimeSpan.FromSeconds(30)), Percent(10, 60, untilSafe: true), new CheckStep(TimeSpan.FromHours(1)), Percent(100)) with { Checks = Errors });
        Assert.False(r.StartWanted);

        r.Give(new DeploymentInput.Approve("SRE"));
        Assert.True(r.StartWanted);
        r.Settle();
        Assert.Equal((new Weight(500), Employees), (r.State.Confirmed!.Weight, r.State.Confirmed.Audience));

        r.Evidence();
        r.After(60).After(30).Settle();
        Assert.Equal(new Weight(10_000), r.State.Confirmed.Weight);

        r.After(60);
        Assert.Equal(5, r.State.StepIndex);
        r.Safe(10);
        r.Settle();
        Assert.Equal(Phase.Succeeded, r.State.Phase);
        Assert.Equal(TrafficSplit.Only(r.State.Spec.Candidate.Candidate), r.State.Confirmed);
        Assert.Equal(["approve", "deploy", "audience", "0.5", "bake", "10", "check", "100"], Steps(r));
    }

    [Fact]
    public void TheFirstDeploymentSendsNobodyAnywhereUntilTheCandidateIsReady()
    {
        RolloutScenario r = new(Spec(new DeployStep(), Percent(100)) with { Stable = null });
        Assert.Equal(TrafficSplit.Only(null), r.AskedFor);
        r.Confirm();
        r.Started();
        Assert.Equal(r.State.Spec.Candidate.Candidate, r.AskedFor!.Candidate);
        Assert.Equal(Phase.Succeeded, r.Settle().State.Phase);
    }

    /// <summary>Else users would be sent back, and forward again once the new instances are there.</summary>
    [Theory]
    [InlineData(Scaling.Keep)]
    [InlineData(Scaling.Follow)]
    public void ScalingUpTakesNobodyAwayFromTheInstancesThatServedThemBefore(Scaling scaling)
    {
        var four = Version("2.0.0") with { Deploy = Recipe with { Instances = 4 } };
        RolloutScenario r = new(Spec(new DeployStep(), Percent(75, 60), Percent(100)) with { Candidate = four, Scaling = scaling });
        r.Settle();
        foreach (var instances in (int[])[8, 6, 20])
        {
            r.Give(new DeploymentInput.Scale(instances, "ana"));
            Assert.Null(r.AskedFor);
            Assert.Equal(new Weight(75_000), r.State.Confirmed!.Weight);
        }

        Assert.False(r.State.IsInForce);
        r.Exit();
        Assert.Equal(Phase.RollingBack, r.State.Phase);
    }

    [Fact]
    public void AfterScalingUpAnInstanceThatIsLostCountsForItsShareOfBefore()
    {
        var four = Version("2.0.0") with { Deploy = Recipe with { Instances = 4 } };
        RolloutScenario r = new(Spec(new DeployStep(), Percent(50, 60), Percent(100)) with { Candidate = four, Checks = [new Core.Analysis.CheckSpec.Outage { Restarts = 2 }] });
        r.Settle();
        r.Give(new DeploymentInput.Scale(8, "ana"));
        r.Exit();
        Assert.Equal(new Weight(25_000), r.AskedFor!.Weight);
        r.Settle();
        Assert.Equal((4, new Weight(50_000)), (r.State.CandidateInstances, r.State.Confirmed!.Weight));
        r.Exit();
        Assert.Equal(new Weight(37_500), r.AskedFor!.Weight);
    }

    [Fact]
    public void NobodyIsSentToACandidateThatIsNotReady()
    {
        RolloutScenario r = new(Ramp);
        r.Confirm();
        Assert.Null(r.AskedFor);
        Assert.Equal(TrafficSplit.Only(r.State.Spec.Stable!.Candidate), r.State.Confirmed);
    }

    [Fact]
    public void AHoldThatEndsWhileTheDecisionBeforeIsBeingSavedIsLookedAtAtOnce()
    {
        RolloutScenario r = new(Ramp);
        r.Settle();
        var later = r.Now.AddSeconds(61);
        Assert.Equal(later, Rollout.NextWake(r.State, later));
    }

    [Fact]
    public void AHoldCountsFromTheRoutersConfirmation()
    {
        RolloutScenario r = new(Ramp);
        r.Confirm();
        r.Started();
        r.After(300);
        r.Confirm();
        Assert.Equal(Noon.AddSeconds(360), Rollout.NextWake(r.State, r.Now));
        Assert.Equal(1, r.After(59).State.StepIndex);
        Assert.Equal(2, r.After(1).State.StepIndex);
    }

    [Fact]
    public void AHoldDoesNotCountWhilePaused()
    {
        RolloutScenario r = new(Ramp);
        r.Settle().After(30);
        r.Give(new DeploymentInput.Pause("ana", null));
        Assert.Equal(1, r.After(1000).State.StepIndex);
        r.Give(new DeploymentInput.Resume("ana"));
        Assert.Equal(1, r.After(29).State.StepIndex);
        Assert.Equal(2, r.After(1).State.StepIndex);
    }

    [Fact]
    public void APauseAfterALateConfirmationDoesNotShortenTheHold()
    {
        RolloutScenario r = new(Ramp);
        r.Confirm();
        r.Started();
        r.After(40).Confirm();
        r.After(10).Give(new DeploymentInput.Pause("ana", null));
        r.After(1000).Give(new DeploymentInput.Resume("ana"));
        Assert.Equal(1, r.After(49).State.StepIndex);
        Assert.Equal(2, r.After(1).State.StepIndex);
    }

    [Fact]
    public void AConfirmationDuringAPauseBeginsTheHoldWhenItEnds()
    {
        RolloutScenario r = new(Ramp);
        r.Confirm();
        r.Started();
        r.Give(new DeploymentInput.Pause("ana", null));
        r.After(30).Confirm();
        r.After(30).Give(new DeploymentInput.Resume("ana"));
        Assert.Equal(1, r.After(59).State.StepIndex);
        Assert.Equal(2, r.After(1).State.StepIndex);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void AbortAtAnyStepLeavesNoTrafficOnTheCandidate(int step)
    {
        RolloutScenario r = new(Spec(new ApproveStep([], 1), new DeployStep(), new AudienceStep(Employees), Percent(10, 60), new BakeStep(TimeSpan.FromMinutes(1)), Percent(50, 60), Percent(100)));
        if (step > 0)
            r.Give(new DeploymentInput.Approve("ana"));
        for (var effects = 0; r.State.StepIndex < step; effects++)
        {
            Assert.True(effects < 20);
            if (r.Wanted.FirstOrDefault(e => e is not Effect.Watch) is { } effect)
                r.Give(new DeploymentInput.Answered(effect.Key, RolloutScenario.Well(effect)));
            else
                r.After(60);
        }

        r.Give(new DeploymentInput.Abort("ana", "changed our minds"));
        Assert.Equal(TrafficSplit.Only(r.State.Spec.Stable!.Candidate), r.AskedFor);
        Assert.Equal(Phase.RollingBack, r.State.Phase);
        r.Settle();
        Assert.Equal((Phase.RolledBack, RollbackCause.Aborted, "aborted by ana: changed our minds"), (r.State.Phase, r.State.Cause!.Value, r.State.Why));
    }

    [Fact]
    public void ALateAnswerToAnEarlierSplitChangesNothing()
    {
        RolloutScenario r = new(Ramp);
        r.Confirm();
        r.Started();
        var late = r.Wanted.OfType<Effect.ApplySplit>().Single();
        r.Confirm();
        r.Give(new DeploymentInput.Abort("ana", null));
        var before = r.State;

        Assert.Empty(r.Give(new DeploymentInput.Answered(late.Key, new EffectAnswer.Done())).Events);
        Assert.Empty(r.Give(new DeploymentInput.Answered("start/0", new EffectAnswer.Failed("too late"))).Events);
        Assert.Empty(r.Give(new DeploymentInput.Answered("no such key", new EffectAnswer.Done())).Events);
        Assert.Equal(before, r.State);
    }

    [Fact]
    public void ARepeatedAnswerChangesNothing()
    {
        RolloutScenario r = new(Ramp);
        var split = r.Wanted.OfType<Effect.ApplySplit>().Single();
        r.Confirm();
        Assert.Empty(r.Give(new DeploymentInput.Answered(split.Key, new EffectAnswer.Done())).Events);
        Assert.Empty(r.Give(new DeploymentInput.Answered(split.Key, new EffectAnswer.Failed("after all not"))).Events);
    }

    [Fact]
    public void ACandidateThatDoesNotStartIsTakenBackWithoutBeingCalledBad()
    {
        RolloutScenario r = new(Ramp);
        r.Fail<Effect.StartCandidate>("the health check did not pass within 1m");
        Assert.Equal((RollbackCause.Failed, "the health check did not pass within 1m"), (r.State.Cause!.Value, r.State.Why));
        Assert.Equal(Phase.RolledBack, r.Settle().State.Phase);
    }

    [Fact]
    public void ARouterThatDoesNotConfirmForwardSendsTheRolloutBack()
    {
        RolloutScenario r = new(Ramp);
        r.Confirm();
        r.Started();
        r.Fail<Effect.ApplySplit>("gateway eu-1 did not answer");
        Assert.Equal((Phase.RollingBack, RollbackCause.Failed), (r.State.Phase, r.State.Cause));
        Assert.Contains("gateway eu-1 did not answer", r.State.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void ARouterThatDoesNotConfirmOnTheWayBackIsAskedAgain()
    {
        RolloutScenario r = new(Ramp);
        r.Settle().Give(new DeploymentInput.Abort("ana", null));
        var asked = r.Wanted;
        r.Fail<Effect.ApplySplit>("gateway eu-1 did not answer");
        Assert.Equal(asked, r.Wanted);
        r.Confirm();
        Assert.Equal(Phase.RolledBack, r.State.Phase);
    }

    [Fact]
    public void ACandidateThatExitsAfterItsLastStepIsNotASuccess()
    {
        RolloutScenario r = new(Spec(new DeployStep(), Percent(100)));
        r.Confirm();
        r.Started();
        r.Confirm();
        Assert.Equal(Phase.Settling, r.State.Phase);
        r.Exit();
        Assert.Equal((Phase.RollingBack, TrafficSplit.Only(r.State.Spec.Stable!.Candidate)), (r.State.Phase, r.AskedFor));
    }

    [Fact]
    public void ACandidateThatMayRestartSettlesOnceItIsBack()
    {
        RolloutScenario r = new(Spec(new DeployStep(), Percent(100)) with { Checks = [new Core.Analysis.CheckSpec.Outage { Restarts = 1 }] });
        r.Confirm();
        r.Started();
        r.Confirm();
        r.Exit();
        Assert.Equal(TrafficSplit.Only(r.State.Spec.Stable!.Candidate), r.AskedFor);
        r.Confirm();
        Assert.Equal(Phase.Settling, r.State.Phase);
        Assert.Equal(Phase.Succeeded, r.Settle().State.Phase);
    }

    [Fact]
    public void AnExitAfterTheLastStepAsksAPersonWhenFailuresPause()
    {
        RolloutScenario r = new(Spec(new DeployStep(), Percent(100)) with { OnFail = Core.Projects.OnFail.Pause });
        r.Confirm();
        r.Started();
        r.Confirm();
        r.Exit();
        Assert.True(r.Settle().State is { Phase: Phase.Settling, IsPaused: true });
        r.Give(new DeploymentInput.Resume("ana"));
        Assert.Equal(Phase.Succeeded, r.Settle().State.Phase);
    }

    [Fact]
    public void NothingFollowsTheEnd()
    {
        RolloutScenario r = new(Ramp);
        r.Settle().Give(new DeploymentInput.Abort("ana", null));
        r.Settle();
        Assert.Empty(r.Wanted);
        Assert.Empty(r.After(10_000).Worse().Events);
        Assert.Empty(r.Exit().Events);
        Assert.Equal(Phase.RolledBack, r.State.Phase);
    }

    private static IEnumerable<string> Steps(RolloutScenario r) =>
        r.Events.OfType<DeploymentEvent.StepEntered>().Select(e => r.State.Spec.Steps[e.Index] switch
        {
            WeightStep w => w.Weight.Percent.ToString("0.###", System.Globalization.CultureInfo.InvariantCulture),
            var step => step.GetType().Name.Replace("Step", "", StringComparison.Ordinal).ToLowerInvariant(),
        });
}
