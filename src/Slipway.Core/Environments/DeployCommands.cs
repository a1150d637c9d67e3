using System.Collections.Immutable;
using Slipway.Core.Deployments;
using Slipway.Core.Projects;
using static Slipway.Core.Environments.EnvironmentCommands;

namespace Slipway.Core.Environments;

/// <summary>Deploying: at once, or when it is the candidate's turn.</summary>
internal static class DeployCommands
{
    public static CommandOutcome Deploy(Asked asked, DeployRequest request)
    {
        var outcome = DeploymentRequests.Deploy(asked.Snapshot, asked.Environment.Name, request, asked.Now);
        if (outcome.Refusal is { } refusal)
            return refusal;
        if (asked.Active is { Spec: { Kind: DeploymentKind.Forward } under } && under.Candidate.Candidate == request.Candidate && asked.Active.Phase is not Phase.RollingBack)
            return CommandOutcome.Nothing($"{request.Candidate} is on its way already as {under.Id}", under.Id);
        if (asked.State.Active is { } busy)
            return Busy(asked, busy, request);
        var window = asked.Snapshot.Window(asked.Environment, asked.Now);
        if (!window.IsOpen && !request.OverrideFreeze)
            return Queue(asked, request, $"{window.Why}; it begins {(window.NextOpen is { } open ? $"when that ends, at {open:u}" : "when that is released")}, unless it is cancelled");
        var spec = outcome.Spec!;
        return CommandOutcome.Notes($"{request.Candidate} begins its way into {asked.Environment.Name} as {spec.Id}", [new EnvironmentEvent.DeploymentCreated(spec, asked.Now), .. Promotions(asked, request)]);
    }

    private static CommandOutcome Busy(Asked asked, DeploymentSpec busy, DeployRequest request)
    {
        var supersedes = request.Supersede ?? asked.Environment.WhenBusy is WhenBusy.Supersede;
        if (!supersedes && asked.Environment.WhenBusy is WhenBusy.Refuse)
            return asked.Refuse("SLIP0303", $"{busy.Id} is bringing {busy.Candidate.Candidate} in", "wait for it, `slipway abort` it, or deploy with `--supersede`");
        return Queue(asked, request with { Supersede = request.Supersede }, supersedes && busy.Kind is DeploymentKind.Forward && asked.Active is { Phase: Phase.Progressing or Phase.Settling }
            ? $"{busy.Id} ({busy.Candidate.Candidate}) is taken back first"
            : $"it begins when {busy.Id} ({busy.Candidate.Candidate}) has ended");
    }

    /// <summary>One wish waits at a time: a newer one takes the place of an older one. Rollbacks that wait are not touched.</summary>
    private static CommandOutcome Queue(Asked asked, DeployRequest request, string until)
    {
        var before = asked.State.Queue.Where(q => !q.IsRollback).ToList();
        if (before.FirstOrDefault(q => q.Request == request) is { } same)
            return CommandOutcome.Nothing($"{request.Candidate} waits already: {until}") with { Waits = same };
        QueuedDeployment item = new(asked.State.QueuedCount + 1, false, request, asked.Now);
        return CommandOutcome.Notes($"{request.Candidate} waits: {until}",
            [.. before.Select(q => new EnvironmentEvent.QueueLeft(q.Number, $"{request.By} asked for {request.Candidate} instead", asked.Now)), new EnvironmentEvent.DeploymentQueued(item, asked.Now)]) with { Waits = item };
    }

    /// <summary>Whoever deploys something older than what would come in by itself does not want that to come in; whoever deploys the newest does again.</summary>
    private static IEnumerable<EnvironmentEvent> Promotions(Asked asked, DeployRequest request)
    {
        if (asked.Environment.Promote is PromotionPolicy.Manual || asked.Snapshot.Project.Find(request.Candidate) is not { } candidate)
            yield break;
        var newest = asked.Snapshot.Project.Candidates.Last(c => !asked.Snapshot.Project.IsBad(c.Id) && (c.Id == candidate.Id || Eligibility.Missing(asked.Snapshot, asked.Environment, c).Count == 0));
        if (candidate.Number < newest.Number && asked.State.Hold is null)
            yield return new EnvironmentEvent.PromotionsHeld(request.By, $"{request.By} deployed {candidate.Id} although {newest.Id} is newer", asked.Now);
        else if (candidate.Number == newest.Number && asked.State.Hold is not null)
            yield return new EnvironmentEvent.PromotionsReleased(request.By, asked.Now);
    }
}
