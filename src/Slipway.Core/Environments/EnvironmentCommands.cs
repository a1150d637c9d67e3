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
            EnvironmentCommand.Approve x => Tell(asked, new DeploymentInput.Approve(x.By), (before, after) => Approved(before, after, x.By)),
            EnvironmentCommand.Reject x => Tell(asked, new DeploymentInput.Reject(x.By, x.Reason), (before, _) => Back(before)),
            EnvironmentCommand.Pause x => Tell(asked, new DeploymentInput.Pause(x.By, x.Reason), (_, _) => "it stops at the present step, with traffic as it is and the checks awake"),
            EnvironmentCommand.Resume x => Tell(asked, new DeploymentInput.Resume(x.By), (before, after) => GoesOn(asked, before, after, "it goes on where it was")),
            EnvironmentCommand.Abort x => Abort(asked, x),
            EnvironmentCommand.Retry x => Retry(asked, x),
            EnvironmentCommand.Rollback x => RollbackCommands.Rollback(asked, x),
            EnvironmentCommand.Cancel x => Cancel(asked, x),
            EnvironmentCommand.Signal x => Tell(asked, new DeploymentInput.Signalled(new Signal(x.Name, x.Passed, x.By, x.Reason)), (before, after) => Signalled(asked, before, after, x)),
            EnvironmentCommand.HoldPromotions x => asked.State.Hold is { } hold ? CommandOutcome.Nothing($"promotions are held already, by {hold.By}: {hold.Why}")
                : CommandOutcome.Notes($"nothing comes into {name} by itself until a person releases promotions", new EnvironmentEvent.PromotionsHeld(x.By, x.Reason ?? "held by hand", now)),
            EnvironmentCommand.ReleasePromotions x => asked.State.Hold is null ? CommandOutcome.Nothing("promotions are not held")
                : CommandOutcome.Notes("eligible candidates come in by themselves again", new EnvironmentEvent.PromotionsReleased(x.By, now)),
            EnvironmentCommand.AcceptDrift x => AcceptDrift(asked, x),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    private static CommandOutcome Promote(Asked asked, EnvironmentCommand.Promote x)
    {
        if (asked.Active is not null)
            return Tell(asked, new DeploymentInput.Promote(x.By, x.Fully), (before, after) => GoesOn(asked, before, after, x.Fully ? "it skips what can be skipped; this cannot" : "noted, but this cannot be skipped"));
        if (asked.State.Queue.FirstOrDefault() is { } waiting)
            return Begins(x, DeployCommands.Deploy(asked, waiting.Request with { By = x.By, Reason = x.Reason ?? waiting.Request.Reason, OverrideFreeze = x.OverrideFreeze }));
        if (Eligibility.Newest(asked.Snapshot, asked.Environment) is { } next)
            return Begins(x, DeployCommands.Deploy(asked, new DeployRequest(next.Id, x.By, x.Reason) { OverrideFreeze = x.OverrideFreeze }));
        if (asked.Snapshot.Project.Candidates.LastOrDefault(c => asked.State.FailedHere.Contains(c.Id) && !asked.Snapshot.Project.IsBad(c.Id) && c.Number > Serving(asked)) is { } failed)
            return asked.Refuse("SLIP0309", $"{failed.Id} is newer, but it went back here, and does not come again by itself", $"name it: `slipway deploy {asked.Environment.Name} {failed.Id}`");
        return asked.Refuse("SLIP0309", "no newer candidate is eligible",
            asked.Environment.After.IsEmpty ? "create a release first" : $"it must succeed in {string.Join(asked.Environment.AfterAny ? " or " : " and ", asked.Environment.After)} first");
    }

    /// <summary>Steps can be skipped once they are under way.</summary>
    private static CommandOutcome Begins(EnvironmentCommand.Promote x, CommandOutcome outcome) =>
        x.Fully && outcome.DoesSomething ? outcome with { Said = $"{outcome.Said}, with all its steps; ask again to skip them" } : outcome;

    private static int Serving(Asked asked) => asked.State.Stable is { } stable ? asked.Snapshot.Project.Find(stable.Candidate)?.Number ?? 0 : 0;

    internal static string Back(Deployment d) => d.Spec.Stable is { } stable ? $"it goes back to {stable.Candidate}" : "it is taken out again, and nothing serves";

    /// <summary>What a word to go on brings: the next step, or what it still waits for.</summary>
    private static string GoesOn(Asked asked, Deployment before, Deployment after, string otherwise) => after.Phase switch
    {
        Phase.Progressing when after.StepIndex > before.StepIndex => $"it goes on: {after.Step!.Describe()}",
        Phase.Progressing or Phase.Settling when before.Phase == after.Phase => $"{otherwise}: {Story.Of(after, asked.Now).Why}",
        Phase.Settling or Phase.Succeeded => $"{after.Spec.Candidate.Candidate} goes to everyone",
        _ => Back(before),
    };

    private static string Approved(Deployment before, Deployment after, string by) =>
        before.Step is ApproveStep { Count: > 1 } step && after.StepIndex == before.StepIndex ? $"approved by {by} ({after.Approvals.Length} of {step.Count})" : $"approved by {by}, and it goes on";

    private static string Signalled(Asked asked, Deployment before, Deployment after, EnvironmentCommand.Signal x) => x.Passed
        ? after.StepIndex > before.StepIndex ? $"the signal {x.Name} says yes; {GoesOn(asked, before, after, "")}"
            : before.Spec.Steps.Skip(before.StepIndex).Any(s => s is SignalStep step && step.Name == x.Name) ? $"the signal {x.Name} is noted for the step that waits for it"
            : $"the signal {x.Name} is noted, and no step waits for it"
        : after.Phase is Phase.RollingBack or Phase.RolledBack ? $"the signal {x.Name} says no; {Back(before)}"
        : $"the signal {x.Name} says no; it stops and asks a person";

    /// <summary>Whoever aborts wants nobody on the candidate; with nothing under way that is so already.</summary>
    private static CommandOutcome Abort(Asked asked, EnvironmentCommand.Abort x) =>
        asked.Active is null ? CommandOutcome.Nothing("nothing is under way, there is nothing to abort")
        : Tell(asked, new DeploymentInput.Abort(x.By, x.Reason), (before, _) => Back(before));

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

    /// <summary>Asks the deployment under way what it would answer, and says what that brings.</summary>
    /// <param name="said">In words, from the deployment before and after it.</param>
    internal static CommandOutcome Tell(Asked asked, DeploymentInput input, Func<Deployment, Deployment, string> said)
    {
        if (asked.Active is not { } deployment)
            return asked.Refuse("SLIP0308", "no deployment is under way", "start one with `slipway deploy` or `slipway promote`");
        var decision = Rollout.Decide(deployment, input, asked.Now);
        return decision.Refusal is { } refusal ? refusal
            : decision.Events.IsEmpty ? CommandOutcome.Nothing($"that is so already: {Story.Of(deployment, asked.Now).Why}", deployment.Spec.Id)
            : new CommandOutcome { Said = $"{deployment.Spec.Id}: {said(deployment, decision.Events.Aggregate(deployment, Rollout.Evolve))}", Tell = input, About = deployment.Spec.Id };
    }

    /// <summary>Where a command is given.</summary>
    /// <param name="Active">The deployment under way; null when there is none, or when it has just ended.</param>
    internal sealed record Asked(ProjectSnapshot Snapshot, EnvironmentSpec Environment, EnvironmentState State, Deployment? Active, DateTimeOffset Now)
    {
        public Problem Refuse(string code, string why, string remedy) => new(code, $"environment {Snapshot.Configuration.Key(Environment)}", why, remedy);
    }
}
