using System.Collections.Immutable;
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
        DeploymentInput.Reject reject => Reject(state, reject, now),
        DeploymentInput.Pause pause => Pause(state, pause, now),
        DeploymentInput.Resume resume => Resume(state, resume, now),
        DeploymentInput.Abort abort => Abort(state, abort, now),
        DeploymentInput.Signalled signalled => Signal(state, signalled.Signal, now),
        DeploymentInput.Scale scale => Scale(state, scale, now),
        DeploymentInput.Hold hold => Hold(state, hold, now),
        DeploymentInput.Superseded by => new(state.Spec.Kind is DeploymentKind.Forward ? Observations.GoBack(state, RollbackCause.Superseded, $"superseded by {by.Successor}, asked for by {by.By}", now) : []),
        DeploymentInput.Condemned condemned => new(Observations.GoBack(state, RollbackCause.Bad, $"flagged bad by {condemned.By}: {condemned.Why}", now)),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>
    /// Whoever promotes what stopped itself and asks has answered it; a full promotion from before the stop is said anew, so that the record
    /// tells it from a mere resume. A rollback goes as fast as it can already.
    /// </summary>
    private static Decision Promote(Deployment state, DeploymentInput.Promote input, DateTimeOffset now)
    {
        if (state is { Phase: Phase.Progressing or Phase.Settling, Spec.Kind: DeploymentKind.Rollback })
            return new([]);
        if (state.Phase is not Phase.Progressing && !state.PausedByItself)
            return Ended(state, "promote");
        if (state is { IsPaused: true, PausedByItself: false })
            return Refuse(state, $"it is paused: {state.PausedWhy}", "resume it first, or abort it");
        if (state.Step is ApproveStep && !input.Fully)
            return Refuse(state, "it waits for an approval, and promoting does not replace one", "approve it");
        ImmutableArray<DeploymentEvent> resumed = state.PausedByItself ? [new Resumed(input.By, now)] : [];
        ImmutableArray<DeploymentEvent> promoted = input.Fully
            ? state is { PromotedFully: true, PausedByItself: false } ? [] : [new PromotedFully(input.By, now)]
            : state.Promoted || state.PausedByItself ? [] : [new Promoted(input.By, now)];
        return new([.. resumed, .. promoted]);
    }

    private static Decision Approve(Deployment state, DeploymentInput.Approve input, DateTimeOffset now) =>
        MayDecide(state, input.By, "approve") is { } refusal ? new([], refusal)
        : state.Approvals.Contains(input.By, StringComparer.OrdinalIgnoreCase) ? new([])
        : new([new Approved(input.By, now)]);

    private static Decision Reject(Deployment state, DeploymentInput.Reject input, DateTimeOffset now) => state switch
    {
        { Phase: Phase.RollingBack or Phase.RolledBack, Cause: RollbackCause.Aborted } => new([]),
        _ when MayDecide(state, input.By, "reject") is { } refusal => new([], refusal),
        _ => new(Observations.GoBack(state, RollbackCause.Aborted, Said("rejected", input.By, input.Reason), now)),
    };

    private static Problem? MayDecide(Deployment state, string by, string verb) => state switch
    {
        { Phase: not Phase.Progressing } => Ended(state, verb).Refusal,
        { Step: not ApproveStep } => Refuse(state, $"nothing waits for an approval now", verb == "reject" ? "abort it to take it back" : "look at `slipway explain` for what it waits for").Refusal,
        { Step: ApproveStep step } when !step.Allows(by) => Refuse(state, $"'{by}' is not among those who may {verb}", $"ask {string.Join(" or ", step.By)}").Refusal,
        { Step: ApproveStep { NotAuthor: true } } when verb == "approve" && IsAuthor(state, by) => Refuse(state, $"'{by}' made this release or asked for its deployment, and may not approve it", "ask somebody else").Refusal,
        _ => null,
    };

    private static bool IsAuthor(Deployment state, string by) =>
        string.Equals(state.Spec.Author, by, StringComparison.OrdinalIgnoreCase) || string.Equals(state.Spec.RequestedBy, by, StringComparison.OrdinalIgnoreCase);

    private static Decision Pause(Deployment state, DeploymentInput.Pause input, DateTimeOffset now) => state switch
    {
        { Phase: not Phase.Progressing } => Ended(state, "pause"),
        { Spec.Kind: DeploymentKind.Rollback } => Refuse(state, "it is a rollback, and stopping it half way would leave the environment between two versions", "let it end, then deploy what you want"),
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
        _ => new(Observations.GoBack(state, RollbackCause.Aborted, Said("aborted", input.By, input.Reason), now)),
    };

    /// <summary>A yes is remembered for the step that waits for it; a no takes the candidate back at once, wherever it is.</summary>
    private static Decision Signal(Deployment state, Signal signal, DateTimeOffset now)
    {
        if (state.Phase is not Phase.Progressing)
            return Ended(state, "signal");
        if (state.Spec.Kind is DeploymentKind.Rollback)
            return Refuse(state, "it is a rollback, and waits for no signal", "let it end");
        if (state.Signals.Any(s => s.Name == signal.Name && s.Passed == signal.Passed))
            return new([]);
        SignalReceived received = new(signal, now);
        return signal.Passed
            ? new([received])
            : new([received, .. Observations.Failed(state, [Evidence.Rule($"signal {signal.Name}", $"{signal.By} said no{(signal.Why is { Length: > 0 } why ? $": {why}" : "")}")], now)]);
    }

    private static Decision Scale(Deployment state, DeploymentInput.Scale input, DateTimeOffset now) => state switch
    {
        { Phase: not (Phase.Progressing or Phase.Settling) } => Ended(state, "scale"),
        _ when state.Total == input.Instances => new([]),
        _ => new([new Scaled(input.Instances, input.By, now)]),
    };

    private static Decision Hold(Deployment state, DeploymentInput.Hold input, DateTimeOffset now) => state switch
    {
        { Phase: not Phase.Progressing } or { Spec.Kind: DeploymentKind.Rollback } => new([]),
        _ when state.HeldWhy == input.Why => new([]),
        _ => new(input.Why is { } why ? [new Held(why, now)] : [new Released(now)]),
    };

    private static Decision Ended(Deployment state, string verb) => state.Phase switch
    {
        Phase.Settling when state.IsPaused => Refuse(state, $"it is paused: {state.PausedWhy}", "resume it first, or abort it"),
        Phase.Succeeded => Refuse(state, $"it has ended well, there is nothing to {verb}", "nothing is left to do"),
        Phase.Settling => Refuse(state, $"all its steps are done, there is nothing to {verb}", "wait a moment until it has settled"),
        _ => Refuse(state, $"it is on its way back ({state.Why}), there is nothing to {verb}", "`slipway retry` once the cause is gone"),
    };

    private static string Said(string what, string by, string? reason) => reason is { Length: > 0 } ? $"{what} by {by}: {reason}" : $"{what} by {by}";

    private static Decision Refuse(Deployment state, string why, string remedy) =>
        new([], new Problem("SLIP0301", $"deployment {state.Spec.Id}", why, remedy));
}
