using System.Collections.Immutable;
using Slipway.Core.Configuration;
using Slipway.Core.Deployments;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Core.Strategies;

namespace Slipway.Core.Environments;

/// <summary>What each command means in each state of an environment. Pure: one table for the API, the command line, the page and the docs.</summary>
public static class EnvironmentCommands
{
    public static CommandOutcome Decide(ProjectSnapshot snapshot, EnvironmentName name, EnvironmentCommand command, DateTimeOffset now)
    {
        if (snapshot.Configuration.Fleet(name) is { } fleet)
            return FleetCommands.Decide(snapshot, fleet, command, now);
        Asked asked = new(snapshot, snapshot.Spec(name), snapshot.Of(name), snapshot.Active(name) is { IsEnded: false } active ? active : null, now);
        return command switch
        {
            EnvironmentCommand.Deploy x => DeployCommands.Deploy(asked, x.Request),
            EnvironmentCommand.Promote x => Promote(asked, x),
            EnvironmentCommand.Approve x => Tell(asked, new DeploymentInput.Approve(x.By), d => d.Step is ApproveStep step ? $"{x.By} approves it{(step.Count > 1 ? $" ({d.Approvals.Length + 1} of {step.Count})" : "")}" : ""),
            EnvironmentCommand.Reject x => Tell(asked, new DeploymentInput.Reject(x.By, x.Reason), _ => "it goes back"),
            EnvironmentCommand.Pause x => Tell(asked, new DeploymentInput.Pause(x.By, x.Reason), _ => "it stops at the present step, with traffic as it is and the checks awake"),
            EnvironmentCommand.Resume x => Tell(asked, new DeploymentInput.Resume(x.By), _ => "it goes on"),
            EnvironmentCommand.Abort x => Abort(asked, x),
            EnvironmentCommand.Retry x => Retry(asked, x),
            EnvironmentCommand.Rollback x => RollbackCommands.Rollback(asked, x),
            EnvironmentCommand.Cancel x => Cancel(asked, x),
            EnvironmentCommand.Signal x => Tell(asked, new DeploymentInput.Signalled(new Signal(x.Name, x.Passed, x.By, x.Reason)), _ => x.Passed ? $"the signal {x.Name} is noted" : $"the signal {x.Name} says no: it goes back, or stops and asks where the policy says so"),
            EnvironmentCommand.HoldPromotions x => asked.State.Hold is { } hold ? CommandOutcome.Nothing($"promotions are held already, by {hold.By}: {hold.Why}")
                : CommandOutcome.Notes("nothing comes in by itself until they are released", new EnvironmentEvent.PromotionsHeld(x.By, x.Reason ?? "held by hand", now)),
            EnvironmentCommand.ReleasePromotions x => asked.State.Hold is null ? CommandOutcome.Nothing("promotions are not held")
                : CommandOutcome.Notes("eligible candidates come in by themselves again", new EnvironmentEvent.PromotionsReleased(x.By, now)),
            EnvironmentCommand.AcceptDrift x => AcceptDrift(asked, x),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    private static CommandOutcome Promote(Asked asked, EnvironmentCommand.Promote x)
    {
        if (asked.Active is not null)
            return Tell(asked, new DeploymentInput.Promote(x.By, x.Fully), _ => x.Fully ? "it skips the rest of its steps" : "it goes on");
        if (asked.State.Queue.FirstOrDefault() is { } waiting)
            return DeployCommands.Deploy(asked, waiting.Request with { By = x.By, Reason = x.Reason ?? waiting.Request.Reason, OverrideFreeze = x.OverrideFreeze });
        if (Eligibility.Newest(asked.Snapshot, asked.Environment) is { } next)
            return DeployCommands.Deploy(asked, new DeployRequest(next.Id, x.By, x.Reason) { OverrideFreeze = x.OverrideFreeze });
        return asked.Refuse("SLIP0309", "no newer candidate is eligible",
            asked.Environment.After.IsEmpty ? "create a release first" : $"it must succeed in {string.Join(asked.Environment.AfterAny ? " or " : " and ", asked.Environment.After)} first");
    }

    /// <summary>Whoever aborts wants nobody on the candidate; with nothing under way that is so already.</summary>
    private static CommandOutcome Abort(Asked asked, EnvironmentCommand.Abort x) =>
        asked.Active is null ? CommandOutcome.Nothing("nothing is under way, there is nothing to abort")
        : Tell(asked, new DeploymentInput.Abort(x.By, x.Reason), d => $"it goes back to {d.Spec.Stable?.Candidate.Value ?? "nothing"}");

    private static CommandOutcome Retry(Asked asked, EnvironmentCommand.Retry x) => asked.State switch
    {
        _ when asked.Active is not null => asked.Refuse("SLIP0312", $"{asked.Active.Spec.Id} is under way, there is nothing to retry", "wait for it, or `slipway abort` it"),
        { Last: (var spec, { }) } when spec.Kind is DeploymentKind.Rollback => RollbackCommands.Rollback(asked, new EnvironmentCommand.Rollback(spec.Candidate.Candidate, x.By, x.Reason)),
        { Last: (var spec, { }) } => DeployCommands.Deploy(asked, new DeployRequest(spec.Candidate.Candidate, x.By, x.Reason)),
        { Last: null } => asked.Refuse("SLIP0312", "nothing was deployed here yet", "start with `slipway deploy` or `slipway promote`"),
        _ => asked.Refuse("SLIP0312", $"the last deployment, {asked.State.Last?.Spec.Id}, succeeded", "nothing is left to do"),
    };

    private static CommandOutcome Cancel(Asked asked, EnvironmentCommand.Cancel x)
    {
        var leaving = asked.State.Queue.Where(q => x.Candidate is not { } only || q.Request.Candidate == only).ToList();
        return leaving.Count == 0
            ? CommandOutcome.Nothing(x.Candidate is { } named ? $"{named} does not wait here" : "nothing waits here")
            : CommandOutcome.Notes($"{string.Join(", ", leaving.Select(q => q.Request.Candidate))} will not begin",
                [.. leaving.Select(q => new EnvironmentEvent.QueueLeft(q.Number, x.Reason is { Length: > 0 } why ? $"cancelled by {x.By}: {why}" : $"cancelled by {x.By}", asked.Now))]);
    }

    private static CommandOutcome AcceptDrift(Asked asked, EnvironmentCommand.AcceptDrift x)
    {
        if (asked.State.Active is { } busy)
            return asked.Refuse("SLIP0313", $"{busy.Id} is under way and puts the traffic right itself", "wait for it, or `slipway abort` it");
        if (asked.State.Stable?.Candidate == x.Observed)
            return CommandOutcome.Nothing($"{x.Observed} is what shall serve already");
        if (asked.Snapshot.Project.Find(x.Observed) is not { } candidate)
            return asked.Refuse("SLIP0202", $"there is no candidate '{x.Observed}'", "create it with `slipway release create`, or put things back with `slipway drift revert`");
        if (asked.Snapshot.Project.Bad.TryGetValue(candidate.Id, out var flag))
            return asked.Refuse("SLIP0302", $"{candidate.Id} is flagged bad by {flag.By}: {flag.Why}", "put things back with `slipway drift revert`");
        var workload = asked.State.Good.FirstOrDefault(w => w.Candidate == candidate.Id) ?? new Workload(candidate.Id, candidate.Artifact, asked.Environment.Deploy);
        return CommandOutcome.Notes($"{candidate.Id} is what shall serve {asked.Environment.Name} from now on", new EnvironmentEvent.DriftAccepted(workload, x.By, x.Reason, asked.Now));
    }

    /// <summary>Asks the deployment under way what it would answer.</summary>
    internal static CommandOutcome Tell(Asked asked, DeploymentInput input, Func<Deployment, string> said)
    {
        if (asked.Active is not { } deployment)
            return asked.Refuse("SLIP0308", "no deployment is under way", "start one with `slipway deploy` or `slipway promote`");
        var decision = Rollout.Decide(deployment, input, asked.Now);
        return decision.Refusal is { } refusal ? refusal
            : decision.Events.IsEmpty ? CommandOutcome.Nothing($"that is so already: {Story.Of(deployment, asked.Now).Why}")
            : new CommandOutcome { Said = $"{deployment.Spec.Id}: {said(deployment)}", Tell = input };
    }

    /// <summary>Where a command is given.</summary>
    /// <param name="Active">The deployment under way; null when there is none, or when it has just ended.</param>
    internal sealed record Asked(ProjectSnapshot Snapshot, EnvironmentSpec Environment, EnvironmentState State, Deployment? Active, DateTimeOffset Now)
    {
        public Problem Refuse(string code, string why, string remedy) => new(code, $"environment {Snapshot.Configuration.Key(Environment)}", why, remedy);
    }
}
