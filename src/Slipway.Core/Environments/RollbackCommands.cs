using Slipway.Core.Deployments;
using static Slipway.Core.Environments.EnvironmentCommands;

namespace Slipway.Core.Environments;

/// <summary>Rolling back: it outranks every gate, queue and freeze, and is never refused because something else is under way.</summary>
internal static class RollbackCommands
{
    public static CommandOutcome Rollback(Asked asked, EnvironmentCommand.Rollback x)
    {
        if (asked.Active is { } active && (x.To is not { } to || to == Target(active)))
            return Back(asked, active, x);
        var outcome = DeploymentRequests.Rollback(asked.Snapshot, asked.Environment.Name, x.To, x.By, x.Reason);
        if (outcome.Refusal is { } refusal)
            return refusal;
        return asked.State.Active is null
            ? CommandOutcome.Notes($"{asked.Environment.Name} returns to {outcome.Spec!.Candidate.Candidate} as {outcome.Spec.Id}", new EnvironmentEvent.DeploymentCreated(outcome.Spec, asked.Now))
            : First(asked, x, outcome.Spec!);
    }

    /// <summary>What the deployment under way ends at when it goes back, or is about to return to.</summary>
    private static Core.Releases.CandidateId? Target(Deployment d) => d.Spec.Kind is DeploymentKind.Rollback ? d.Spec.Candidate.Candidate : d.Spec.Stable?.Candidate;

    private static CommandOutcome Back(Asked asked, Deployment active, EnvironmentCommand.Rollback x) =>
        active.Spec.Kind is DeploymentKind.Rollback || active.Phase is Phase.RollingBack
            ? CommandOutcome.Nothing($"{active.Spec.Id} is on its way back to {Target(active)?.Value ?? "nothing"} already", active.Spec.Id)
            : Tell(asked, new DeploymentInput.Abort(x.By, x.Reason ?? "rollback"), (before, _) => EnvironmentCommands.Back(before));

    /// <summary>It goes before everything that waits, and takes back what is under way.</summary>
    private static CommandOutcome First(Asked asked, EnvironmentCommand.Rollback x, DeploymentSpec spec)
    {
        var candidate = spec.Candidate.Candidate;
        if (asked.State.Queue.FirstOrDefault(q => q.IsRollback && q.Request.Candidate == candidate) is { } same)
            return CommandOutcome.Nothing($"the rollback to {candidate} waits already for {asked.State.Active!.Id} to end") with { Waits = same };
        QueuedDeployment item = new(asked.State.QueuedCount + 1, true, new DeployRequest(candidate, x.By, x.Reason), asked.Now);
        return CommandOutcome.Notes($"{asked.State.Active!.Id} ends first, then {asked.Environment.Name} returns to {candidate}", new EnvironmentEvent.DeploymentQueued(item, asked.Now)) with { Waits = item };
    }
}
