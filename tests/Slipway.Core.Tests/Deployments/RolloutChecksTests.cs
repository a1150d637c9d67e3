using Slipway.Core.Analysis;
using Slipway.Core.Deployments;
using Slipway.Core.Projects;
using Slipway.Core.Strategies;
using Slipway.Core.Traffic;
using static Slipway.Core.Tests.Deployments.Given;

namespace Slipway.Core.Tests.Deployments;

public class RolloutChecksTests
{
    private static readonly DeploymentSpec Checked = Spec(new DeployStep(), Percent(10, 60), Percent(100)) with { Checks = Errors };

    [Fact]
    public void AFailedCheckTakesTheCandidateBackAsBad()
    {
        RolloutScenario r = new(Checked);
        r.Settle().Worse();
        Assert.Equal((Phase.RollingBack, RollbackCause.Bad), (r.State.Phase, r.State.Cause));
        Assert.Equal("errors: 5 % of answers failed against 1 %", r.State.Why);
        Assert.Equal([Worse()], r.State.Failures);
        Assert.Equal(Phase.RolledBack, r.Settle().State.Phase);
    }

    [Fact]
    public void AFailedCheckTakesBackAPausedRolloutToo()
    {
        RolloutScenario r = new(Checked);
        r.Settle().Give(new DeploymentInput.Pause("ana", null));
        r.Worse();
        Assert.Equal(Phase.RollingBack, r.State.Phase);
    }

    [Fact]
    public void OnFailPauseStopsWhereItIsAndGoesOnWhenAPersonResumes()
    {
        RolloutScenario r = new(Checked with { OnFail = OnFail.Pause });
        r.Settle().Worse();
        Assert.True(r.State is { Phase: Phase.Progressing, IsPaused: true, PausedByItself: true, Cause: null });
        Assert.Equal(new Weight(10_000), r.State.Confirmed!.Weight);
        Assert.Equal(1, r.After(10_000).State.StepIndex);

        Assert.Empty(r.Worse().Events);
        r.Give(new DeploymentInput.Resume("ana"));
        Assert.Equal(Phase.Succeeded, r.Settle().State.Phase);
    }

    [Fact]
    public void AFailedCheckOfAPausedRolloutReplacesTheReasonOfThePauseAndNotItsBeginning()
    {
        RolloutScenario r = new(Spec(new DeployStep(), Percent(10, 60), Percent(50, 60), Percent(100)) with { Checks = Errors, OnFail = OnFail.Pause });
        r.Settle().Give(new DeploymentInput.Pause("ana", "lunch"));
        r.After(100).Worse();
        Assert.True(r.State is { PausedByItself: true, PausedWhy: "errors: 5 % of answers failed against 1 %" });
        Assert.Equal(Noon, r.State.PausedAt);
    }

    [Fact]
    public void SilenceIsNoSuccess()
    {
        RolloutScenario r = new(Checked);
        r.Settle().After(3599);
        Assert.Equal((1, false), (r.State.StepIndex, r.State.IsPaused));
        r.Evidence();
        Assert.Equal(2, r.State.StepIndex);
    }

    [Fact]
    public void WithoutChecksTimeAloneIsEnough()
    {
        RolloutScenario r = new(Checked with { Checks = [] });
        Assert.Equal(Phase.Succeeded, r.Settle().After(60).Settle().State.Phase);
    }

    [Fact]
    public void AnInconclusiveWeightAsksAPersonAfterItsPatience()
    {
        RolloutScenario r = new(Spec(new DeployStep(), Percent(10, 60, untilSafe: true), Percent(100)) with { Checks = Errors });
        r.Settle().Evidence();
        Assert.False(r.After(60 + 3599).State.IsPaused);
        Assert.StartsWith("inconclusive:", r.After(1).State.PausedWhy, StringComparison.Ordinal);
        r.Give(new DeploymentInput.Resume("ana"));
        Assert.Equal(Phase.Succeeded, r.Settle().State.Phase);
    }

    [Fact]
    public void AnInconclusiveCheckStepAsksAPersonWithinItsTime()
    {
        RolloutScenario r = new(Spec(new DeployStep(), Percent(10), new CheckStep(TimeSpan.FromMinutes(5)), Percent(100)) with { Checks = Errors });
        r.Settle();
        Assert.False(r.After(299).State.IsPaused);
        Assert.True(r.After(1).State.IsPaused);
    }

    [Fact]
    public void ACheckStepHasItsWholeTimeAfterARestart()
    {
        RolloutScenario r = new(Spec(new DeployStep(), Percent(10), new CheckStep(TimeSpan.FromMinutes(5)), Percent(100)) with { Checks = [.. Errors, new CheckSpec.Outage { Restarts = 1 }] });
        r.Settle().Exit();
        r.After(400).Settle();
        Assert.False(r.After(299).State.IsPaused);
        Assert.True(r.After(1).State.IsPaused);
    }

    [Fact]
    public void SafetyShownForASmallerExposureIsNotEnough()
    {
        RolloutScenario r = new(Spec(new DeployStep(), Percent(10, 0, untilSafe: true), Percent(100)) with { Checks = Errors });
        r.Settle().Safe(9.999m);
        Assert.Equal(1, r.State.StepIndex);
        r.Safe(10);
        Assert.Equal(2, r.State.StepIndex);
    }

    [Fact]
    public void ExposureCountsTheSliceOfTheEnvironment()
    {
        var spec = Spec(new DeployStep(), Percent(50, 0, untilSafe: true), Percent(100)) with { Checks = Errors, Slice = new Slice.Percent(new Weight(2_000)) };
        Assert.Equal([new Weight(1_000)], Deployment.Gates(spec));
        RolloutScenario r = new(spec);
        r.Settle().Safe(1);
        Assert.Equal(2, r.State.StepIndex);
    }

    [Fact]
    public void AnExitBeyondTheRestartsAllowedIsBad()
    {
        RolloutScenario r = new(Checked);
        r.Settle().Exit();
        Assert.Equal((Phase.RollingBack, RollbackCause.Bad), (r.State.Phase, r.State.Cause));
        Assert.Equal("outage: the candidate exited by itself: exit code 1", r.State.Why);
    }

    [Fact]
    public void AllowedRestartsTakeTheTrafficAwayUntilTheCandidateIsBack()
    {
        RolloutScenario r = new(Checked with { Checks = [new CheckSpec.Outage { Restarts = 2 }] });
        for (var exit = 1; exit <= 2; exit++)
        {
            r.Settle().Exit();
            Assert.Equal((Phase.Progressing, exit), (r.State.Phase, r.State.Exits));
            Assert.Equal(TrafficSplit.Only(r.State.Spec.Stable!.Candidate), r.AskedFor);
            Assert.True(r.StartWanted);
        }

        r.Settle().Exit();
        Assert.Equal("outage: the candidate exited by itself 3 times: exit code 1", r.State.Why);
    }

    [Fact]
    public void ACrashLoopThatPausesIsNotStartedAgainUntilAPersonResumes()
    {
        RolloutScenario r = new(Checked with { OnFail = OnFail.Pause });
        r.Settle().Exit();
        Assert.True(r.Settle().State is { IsPaused: true, CandidateReady: false });
        Assert.Equal(TrafficSplit.Only(r.State.Spec.Stable!.Candidate), r.State.Confirmed);
        Assert.Empty(r.Wanted);
        r.Give(new DeploymentInput.Resume("ana"));
        Assert.True(r.StartWanted);
        Assert.Equal(Phase.Succeeded, r.Settle().State.Phase);
    }

    [Fact]
    public void AnExitThatIsReportedTwiceCountsOnce()
    {
        RolloutScenario r = new(Checked with { Checks = [new CheckSpec.Outage { Restarts = 1 }] });
        r.Settle().Exit();
        Assert.Empty(r.Exit().Events);
        Assert.Empty(r.Settle().Give(new DeploymentInput.CandidateExited(0, "said late")).Events);
        Assert.Equal((Phase.Progressing, 1), (r.State.Phase, r.State.Exits));
    }

    [Fact]
    public void ACandidateThatExitedAndDoesNotComeBackIsBad()
    {
        RolloutScenario r = new(Checked with { Checks = [new CheckSpec.Outage { Restarts = 2 }] });
        r.Settle().Exit();
        r.Fail<Effect.StartCandidate>("it exits at once");
        Assert.Equal(RollbackCause.Bad, r.State.Cause);
    }

    [Fact]
    public void ARollbackIsNeitherWatchedNorTakenBackByAFailedCheck()
    {
        RolloutScenario r = new(Spec(new DeployStep(), Percent(100, 60)) with { Kind = DeploymentKind.Rollback });
        Assert.Empty(r.Settle().Wanted);
        Assert.Empty(r.Worse("outage").Events);
    }

    [Fact]
    public void ARollbackWhoseTrafficIsNotConfirmedIsAskedForAgain()
    {
        RolloutScenario r = new(Spec(new DeployStep(), Percent(100)) with { Kind = DeploymentKind.Rollback });
        r.Confirm();
        r.Started();
        Assert.Empty(r.Fail<Effect.ApplySplit>("gateway eu-1 did not answer").Events);
        Assert.Equal(Phase.Succeeded, r.Settle().State.Phase);
    }

    [Fact]
    public void WhatARollbackBringsBackIsAlwaysStartedAgain()
    {
        RolloutScenario r = new(Spec(new DeployStep(), Percent(100, 60)) with { Kind = DeploymentKind.Rollback });
        for (var exit = 0; exit < 5; exit++)
        {
            r.Settle().Exit();
            Assert.True(r.StartWanted);
        }

        Assert.Equal(Phase.Succeeded, r.Settle().After(60).Settle().State.Phase);
    }

    [Fact]
    public void EachCheckSaysForItselfWhatFollowsFromItsFailure()
    {
        RolloutScenario r = new(Checked with { Checks = [new CheckSpec.Errors(), new CheckSpec.Latency { OnFail = OnFail.Pause }] });
        r.Settle().Give(Analysed() with { Failures = [Worse("latency")] });
        Assert.True(r.State is { Phase: Phase.Progressing, PausedByItself: true });
        r.Give(Analysed() with { Failures = [Worse("latency"), Worse()] });
        Assert.Equal((Phase.RollingBack, RollbackCause.Bad), (r.State.Phase, r.State.Cause));
    }

    [Fact]
    public void ADryRunIsKeptAndNothingFollows()
    {
        RolloutScenario r = new(Checked);
        var dry = Worse() with { DryRun = true };
        r.Settle().Give(Analysed() with { Failures = [dry] });
        Assert.True(r.State is { Phase: Phase.Progressing, IsPaused: false });
        Assert.Equal([dry], r.State.Failures);
    }

    [Theory]
    [InlineData(WhenBlind.Pause)]
    [InlineData(WhenBlind.Rollback)]
    public void ACheckThatCannotBeMeasuredDoesAsItsPolicySays(WhenBlind then)
    {
        RolloutScenario r = new(Checked);
        r.Settle().Give(Analysed() with { Blind = "check errors: no series match", WhenBlind = then });
        Assert.Equal("check errors: no series match", r.State.Blind);
        if (then is WhenBlind.Pause)
            Assert.True(r.State is { Phase: Phase.Progressing, PausedByItself: true, PausedWhy: "check errors: no series match" });
        else
            Assert.Equal((Phase.RollingBack, RollbackCause.Failed, "check errors: no series match"), (r.State.Phase, r.State.Cause, r.State.Why));
    }

    [Fact]
    public void ACheckThatPausesWhenInconclusiveAsksWhenTheHoldIsOver()
    {
        RolloutScenario r = new(Spec(new DeployStep(), Percent(10, 300, untilSafe: true), Percent(100)) with { Checks = [new CheckSpec.Errors { OnInconclusive = OnInconclusive.Pause }] });
        r.Settle().After(299);
        Assert.False(r.State.IsPaused);
        r.After(1);
        Assert.True(r.State is { PausedByItself: true, PausedWhy: "inconclusive: the checks have not yet shown that 10 % is safe" });
    }

    private static DeploymentInput.Analysed Analysed() => new(true, null, "", []);
}
