using Slipway.Core.Deployments;
using Slipway.Core.Projects;
using Slipway.Core.Strategies;
using static Slipway.Core.Tests.Deployments.Given;

namespace Slipway.Core.Tests.Deployments;

public class RolloutCommandsTests
{
    private static readonly DeploymentInput Promote = new DeploymentInput.Promote("ana");
    private static readonly DeploymentInput Pause = new DeploymentInput.Pause("ana", "lunch");
    private static readonly DeploymentInput Resume = new DeploymentInput.Resume("ana");
    private static readonly DeploymentInput Abort = new DeploymentInput.Abort("ana", null);
    private static readonly DeploymentInput Approve = new DeploymentInput.Approve("ana");

    private static readonly DeploymentSpec Ramp = Spec(new DeployStep(), Percent(10, 60), new ApproveStep(["sre", "lead"], 2), Percent(100));

    [Fact]
    public void PromoteSkipsAHoldButNotTheRoutersConfirmation()
    {
        RolloutScenario r = new(Spec(new DeployStep(), Percent(10, 600), Percent(100, 600)));
        r.Confirm();
        r.Started();
        r.Give(Promote);
        Assert.Equal(1, r.State.StepIndex);
        r.Confirm();
        Assert.Equal(2, r.State.StepIndex);
        Assert.False(r.State.Promoted);
    }

    [Fact]
    public void PromoteDoesNotReplaceAnApproval()
    {
        var r = AtApproval();
        Refused(r, Promote, "promoting does not replace one");
        Assert.Equal(2, r.State.StepIndex);
    }

    [Fact]
    public void AnApprovalCountsDifferentPeopleWhoMay()
    {
        var r = AtApproval();
        Refused(r, Approve, "'ana' is not among those who may approve");
        r.Give(new DeploymentInput.Approve("sre"));
        Assert.Empty(r.Give(new DeploymentInput.Approve("SRE")).Events);
        Assert.Equal(2, r.State.StepIndex);
        r.Give(new DeploymentInput.Approve("lead"));
        Assert.Equal(3, r.State.StepIndex);
    }

    [Fact]
    public void ApproveWithNothingToApproveIsRefused() => Refused(new RolloutScenario(Ramp).Settle(), Approve, "nothing waits for an approval");

    [Fact]
    public void PromoteWhilePausedIsRefusedWithTheReasonOfThePause()
    {
        var r = new RolloutScenario(Ramp).Settle();
        r.Give(Pause);
        Refused(r, Promote, "it is paused: ana: lunch");
    }

    [Fact]
    public void AskingTwiceIsAskingOnce()
    {
        var r = new RolloutScenario(Ramp).Settle();
        Assert.Empty(Allowed(r, Resume).Events);
        r.Give(Pause);
        Assert.Empty(Allowed(r, Pause).Events);
        r.Give(Resume);
        r.Give(Abort);
        Assert.Empty(Allowed(r, Abort).Events);
        r.Settle();
        Assert.Empty(Allowed(r, Abort).Events);
    }

    [Fact]
    public void OnTheWayBackOnlyAbortIsNotRefused()
    {
        var r = new RolloutScenario(Ramp).Settle();
        r.Give(Abort);
        foreach (var command in new[] { Promote, Approve, Pause, Resume })
            Refused(r, command, "it is on its way back (aborted by ana)");
        r.Settle();
        foreach (var command in new[] { Promote, Approve, Pause, Resume })
            Refused(r, command, "aborted by ana");
    }

    [Fact]
    public void AfterSuccessEverythingIsRefused()
    {
        var r = new RolloutScenario(Spec(new DeployStep(), Percent(100))).Settle();
        foreach (var command in new[] { Promote, Approve, Pause, Resume })
            Refused(r, command, "it has ended well");
        Refused(r, Abort, "it has already succeeded");
    }

    [Fact]
    public void WhileSettlingThereIsNothingToPromoteOrPauseButAbortGoesBack()
    {
        RolloutScenario r = new(Spec(new DeployStep(), Percent(100)));
        r.Confirm();
        r.Started();
        r.Confirm();
        Assert.Equal(Phase.Settling, r.State.Phase);
        foreach (var command in new[] { Promote, Approve, Pause, Resume })
            Refused(r, command, "all its steps are done");
        r.Give(Abort);
        Assert.Equal(Phase.RollingBack, r.State.Phase);
    }

    /// <summary>With nothing else to go back to, one failed start must not leave the environment on the bad version for ever.</summary>
    [Fact]
    public void ARollbackOfLastResortIsTriedAgainUntilAPersonStopsIt()
    {
        RolloutScenario r = new(Spec(new DeployStep(), Percent(100)) with { Kind = DeploymentKind.Rollback, LastResort = true });
        r.Confirm();
        r.Fail<Effect.StartCandidate>("not ready within 60 s");
        Assert.True(r.StartWanted);
        Assert.Equal(Phase.Progressing, r.State.Phase);
        r.Give(Abort);
        Assert.Equal(Phase.RolledBack, r.Settle().State.Phase);
    }

    [Fact]
    public void ARollbackCannotBeAborted() =>
        Refused(new RolloutScenario(Ramp with { Kind = DeploymentKind.Rollback }), Abort, "it is a rollback");

    [Fact]
    public void ACondemnedCandidateGoesBackAsBadEvenWhenOnFailIsPause()
    {
        var r = new RolloutScenario(Ramp with { OnFail = OnFail.Pause }).Settle();
        r.Give(new DeploymentInput.Condemned("bob", "loses orders"));
        Assert.Equal((RollbackCause.Bad, "flagged bad by bob: loses orders"), (r.State.Cause!.Value, r.State.Why));
    }

    private static RolloutScenario AtApproval()
    {
        var r = new RolloutScenario(Ramp).Settle().After(60);
        Assert.IsType<ApproveStep>(r.State.Step);
        return r;
    }

    private static Decision Allowed(RolloutScenario r, DeploymentInput command)
    {
        var decision = r.Give(command);
        Assert.Null(decision.Refusal);
        return decision;
    }

    private static void Refused(RolloutScenario r, DeploymentInput command, string why)
    {
        var before = r.Events.Count;
        var refusal = r.Give(command).Refusal;
        Assert.Equal(("SLIP0301", "deployment shop.production.2", before), (refusal?.Code, refusal?.Place, r.Events.Count));
        Assert.Contains(why, refusal!.Message, StringComparison.Ordinal);
        Assert.NotEmpty(refusal.Remedy);
    }
}
