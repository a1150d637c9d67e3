using Slipway.Core.Configuration;
using Slipway.Core.Strategies;
using static Slipway.Core.Deployments.DeploymentEvent;

namespace Slipway.Core.Deployments;

/// <summary>What people may ask of a deployment. Asking twice is asking once; what cannot be done is refused with what to do instead.</summary>
internal static class Commands
{
    public static Decision Decide(Deployment state, DeploymentInput input, DateTimeOffset now) => input switch
    {
        DeploymentInput.Promote promote => Promote(state, promote, now),
        DeploymentInput.Approve approve => Approve(state, approve, now),
        DeploymentInput.Pause pause => Pause(state, pause, now),
        DeploymentInput.Resume resume => Resume(state, resume, now),
        DeploymentInput.Abort abort => Abort(state, abort, now),
        DeploymentInput.Condemned condemned => new(Rollout.GoBack(state, RollbackCause.Bad, $"flagged bad by {condemned.By}: {condemned.Why}", now)),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static Decision Promote(Deployment state, DeploymentInput.Promote input, DateTimeOffset now) => state switch
    {
        { Phase: not Phase.Progressing } => Ended(state, "promote"),
        { IsPaused: true } => Refuse(state, $"it is paused: {state.PausedWhy}", "resume it first, or abort it"),
        { Step: ApproveStep } => Refuse(state, "it waits for an approval, and promoting does not replace one", "approve it"),
        { Promoted: true } => new([]),
        _ => new([new Promoted(input.By, now)]),
    };

    private static Decision Approve(Deployment state, DeploymentInput.Approve input, DateTimeOffset now) => state switch
    {
        { Phase: not Phase.Progressing } => Ended(state, "approve"),
        { Step: not ApproveStep } => Refuse(state, "nothing waits for an approval now", "look at `slipway explain` for what it waits for"),
        { Step: ApproveStep step } when !step.Allows(input.By) => Refuse(state, $"'{input.By}' is not among those who may approve", $"ask {string.Join(" or ", step.By)}"),
        _ when state.Approvals.Contains(input.By, StringComparer.OrdinalIgnoreCase) => new([]),
        _ => new([new Approved(input.By, now)]),
    };

    private static Decision Pause(Deployment state, DeploymentInput.Pause input, DateTimeOffset now) => state switch
    {
        { Phase: not Phase.Progressing } => Ended(state, "pause"),
        { IsPaused: true } => new([]),
        _ => new([new Paused(input.By, input.Reason is { Length: > 0 } reason ? $"{input.By}: {reason}" : $"paused by {input.By}", now)]),
    };

    private static Decision Resume(Deployment state, DeploymentInput.Resume input, DateTimeOffset now) => state switch
    {
        { IsPaused: true } => new([new Resumed(input.By, now)]),
        { Phase: not Phase.Progressing } => Ended(state, "resume"),
        _ => new([]),
    };

    private static Decision Abort(Deployment state, DeploymentInput.Abort input, DateTimeOffset now) => state switch
    {
        { Phase: Phase.RollingBack or Phase.RolledBack } => new([]),
        { Phase: Phase.Succeeded } => Refuse(state, "it has already succeeded", "use `slipway rollback` to return to the last good candidate"),
        { Spec.Kind: DeploymentKind.Rollback } when !state.Spec.LastResort || state.CandidateReady => Refuse(state, "it is a rollback, and stopping it half way would leave the environment between two versions", "let it end, then deploy what you want"),
        _ => new(Rollout.GoBack(state, RollbackCause.Aborted, input.Reason is { Length: > 0 } reason ? $"aborted by {input.By}: {reason}" : $"aborted by {input.By}", now)),
    };

    private static Decision Ended(Deployment state, string verb) => state.Phase switch
    {
        Phase.Settling when state.IsPaused => Refuse(state, $"it is paused: {state.PausedWhy}", "resume it first, or abort it"),
        Phase.Succeeded => Refuse(state, $"it has ended well, there is nothing to {verb}", "nothing is left to do"),
        Phase.Settling => Refuse(state, $"all its steps are done, there is nothing to {verb}", "wait a moment until it has settled"),
        _ => Refuse(state, $"it is on its way back ({state.Why}), there is nothing to {verb}", "deploy again once the cause is gone"),
    };

    private static Decision Refuse(Deployment state, string why, string remedy) =>
        new([], new Problem("SLIP0301", $"deployment {state.Spec.Id}", why, remedy));
}
