using Slipway.Core.Deployments;
using Slipway.Core.Projects;
using Slipway.Core.Strategies;

namespace Slipway.Core.Tests.Deployments;

public class HookStatesTests
{
    private static readonly HookSpec Undo = new HookSpec.Command(["undo"]) { Name = "undo-migrate" };
    private static readonly HookSpec Migrate = new HookSpec.Command(["migrate"]) { Name = "migrate", Undo = Undo };
    private static readonly HookSpec Smoke = new HookSpec.Command(["smoke"]) { Name = "smoke" };

    [Fact]
    public void EachHookIsToldWithWhereItIsOnTheWayForward()
    {
        RolloutScenario w = new(Given.Spec(new HookStep(Migrate), new DeployStep(), new HookStep(Smoke), Given.Percent(100)));
        Assert.Equal(["migrate Running", "smoke Waiting"], Told(w));
        w.Give(new DeploymentInput.Answered(Rollout.Plan(w.State).Single(e => e is Effect.RunHook).Key, new EffectAnswer.Done()));
        w.Started();
        Assert.Equal(["migrate Succeeded", "smoke Running"], Told(w));
        w.Give(new DeploymentInput.Promote("ana"));
        Assert.Equal(["migrate Succeeded", "smoke Skipped"], Told(w));
    }

    [Fact]
    public void OnTheWayBackWhatUndoesIsToldToo()
    {
        RolloutScenario w = new(Given.Spec(new HookStep(Migrate), new DeployStep(), new PauseStep(null), Given.Percent(100)) with { OnRollback = [Smoke] });
        w.Settle();
        w.Give(new DeploymentInput.Abort("ana", null));
        Assert.Equal(["migrate Succeeded", "undo-migrate Waiting", "smoke Waiting"], Told(w));
        w.Confirm();
        Assert.Equal(["migrate Succeeded", "undo-migrate Running", "smoke Waiting"], Told(w));
        w.Settle();
        Assert.Equal(["migrate Succeeded", "undo-migrate Ended", "smoke Ended"], Told(w));
    }

    [Fact]
    public void AFailedHookIsToldWithItsReason()
    {
        RolloutScenario w = new(Given.Spec(new HookStep(Smoke), new DeployStep(), Given.Percent(100)) with { OnFail = OnFail.Pause });
        w.Fail<Effect.RunHook>("exit code 1");
        Assert.Equal(new HookState("smoke", HookPhase.Failed, false, "exit code 1"), Assert.Single(HookStates.Of(w.State)));
    }

    private static IEnumerable<string> Told(RolloutScenario w) => HookStates.Of(w.State).Select(h => $"{h.Name} {h.Phase}");
}
