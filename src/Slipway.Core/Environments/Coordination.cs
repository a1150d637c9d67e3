using System.Collections.Immutable;
using Slipway.Core.Deployments;
using Slipway.Core.Projects;
using Slipway.Core.Releases;

namespace Slipway.Core.Environments;

/// <summary>
/// What follows between the parts of a project. Looks at state only and may be asked at any time, as often as one likes: after a crash
/// it says again whatever was not carried out.
/// </summary>
public static class Coordination
{
    /// <summary>Who decided, when nobody did.</summary>
    public const string Itself = "slipway";

    public static ImmutableArray<Intent> Intents(ProjectSnapshot snapshot, DateTimeOffset now)
    {
        var intents = ImmutableArray.CreateBuilder<Intent>();
        List<(EnvironmentSpec Environment, Intent Intent)> idle = [];
        foreach (var environment in snapshot.Configuration.Environments)
        {
            if (snapshot.Of(environment.Name).Active is not null)
                intents.AddRange(OfActive(snapshot, environment, now));
            else if (OfIdle(snapshot, environment, now) is { } intent)
                idle.Add((environment, intent));
        }

        intents.AddRange(InTurn(snapshot, idle));
        return intents.ToImmutable();
    }

    /// <summary>No more members of a fleet at once than it allows; a rollback waits for nobody, and counts.</summary>
    private static IEnumerable<Intent> InTurn(ProjectSnapshot snapshot, List<(EnvironmentSpec Environment, Intent Intent)> idle)
    {
        var free = snapshot.Configuration.Fleets.ToDictionary(f => f.Name, f => Waves.Free(snapshot, f) - idle.Count(i => i.Environment.Member?.Fleet == f.Name && IsRollback(i.Intent)));
        foreach (var (environment, intent) in idle)
        {
            if (environment.Member is not { } member || IsRollback(intent) || intent is Intent.LeaveQueue || free[member.Fleet]-- > 0)
                yield return intent;
        }
    }

    private static bool IsRollback(Intent intent) => intent is Intent.RollBack or Intent.Begin { Item.IsRollback: true };

    /// <summary>When something comes due (an automatic promotion, a window that opens or closes), if nothing else happens before.</summary>
    public static DateTimeOffset? NextWake(ProjectSnapshot snapshot, DateTimeOffset now) =>
        snapshot.Configuration.Environments
            .SelectMany(e => Due(snapshot, e).Concat(Turns(snapshot.Window(e, now))))
            .Where(due => due > now)
            .Min();

    private static IEnumerable<DateTimeOffset?> Due(ProjectSnapshot snapshot, EnvironmentSpec environment) =>
        Eligibility.Candidates(snapshot, environment).Select(c => Eligibility.DueAt(snapshot, environment, c));

    private static IEnumerable<DateTimeOffset?> Turns(Governance.WindowState window) => [window.NextOpen, window.NextClose];

    private static IEnumerable<Intent> OfActive(ProjectSnapshot snapshot, EnvironmentSpec environment, DateTimeOffset now)
    {
        if (snapshot.Active(environment.Name) is not { } deployment)
            yield break;
        var candidate = deployment.Spec.Candidate.Candidate;
        if (deployment.Cause is RollbackCause.Bad && !snapshot.Project.IsBad(candidate))
            yield return new Intent.FlagBad(candidate, $"in {environment.Name}: {deployment.Why}");
        if (deployment.IsEnded)
            yield return new Intent.Conclude(environment.Name, deployment.Spec.Id, deployment.Phase is Phase.Succeeded ? null : deployment.Cause);
        else if (Concerns(snapshot, environment, deployment, now) is { } input)
            yield return new Intent.Tell(deployment.Spec.Id, input);
    }

    /// <summary>What a deployment under way has to hear, the gravest first.</summary>
    private static DeploymentInput? Concerns(ProjectSnapshot snapshot, EnvironmentSpec environment, Deployment deployment, DateTimeOffset now)
    {
        if (deployment.Phase is not (Phase.Progressing or Phase.Settling))
            return null;
        if (snapshot.Project.Bad.TryGetValue(deployment.Spec.Candidate.Candidate, out var flag))
            return new DeploymentInput.Condemned(flag.By, flag.Why);
        if (deployment.Total != environment.Deploy.Instances)
            return new DeploymentInput.Scale(environment.Deploy.Instances, Itself);
        if (deployment.Spec.Kind is DeploymentKind.Rollback)
            return null;
        if (environment.Member is { } member && snapshot.Configuration.Fleet(member.Fleet) is { } fleet && Waves.Stopped(snapshot, fleet, deployment.Spec.Candidate.Candidate) is { } stopped)
            return fleet.OnFail is OnFail.Rollback ? new DeploymentInput.Abort(Itself, $"the line is stopped: {stopped}") : Hold(deployment, $"the line is stopped: {stopped}");
        if (Successor(snapshot, environment, deployment, now) is { } successor)
            return successor;
        var held = deployment.Phase is Phase.Progressing && snapshot.Window(environment, now) is { IsOpen: false, Holds: true, Why: var why } ? why : null;
        return Hold(deployment, held);
    }

    private static DeploymentInput.Hold? Hold(Deployment deployment, string? why) =>
        deployment.Phase is Phase.Progressing && why != deployment.HeldWhy ? new DeploymentInput.Hold(why) : null;

    /// <summary>A wish that supersedes what is under way; or a newer candidate whose turn has come, where the policy says so.</summary>
    private static DeploymentInput.Superseded? Successor(ProjectSnapshot snapshot, EnvironmentSpec environment, Deployment deployment, DateTimeOffset now)
    {
        var supersedes = environment.WhenBusy is WhenBusy.Supersede;
        if (snapshot.Of(environment.Name).Queue.FirstOrDefault(q => q.IsRollback || (q.Request.Supersede ?? supersedes)) is { } item && (item.IsRollback || MayBegin(snapshot, environment, item, now)))
            return new(item.Request.Candidate, item.Request.By);
        var number = snapshot.Project.Find(deployment.Spec.Candidate.Candidate)?.Number;
        return supersedes && Promotable(snapshot, environment, now) is { } newer && newer.Number > number ? new(newer.Id, Itself) : null;
    }

    private static Intent? OfIdle(ProjectSnapshot snapshot, EnvironmentSpec environment, DateTimeOffset now)
    {
        var state = snapshot.Of(environment.Name);
        if (WhyBack(snapshot, environment, state) is { } why && state.LastGood(snapshot.Project) is not null)
            return new Intent.RollBack(environment.Name, why);
        if (state.Queue.FirstOrDefault(q => MayBegin(snapshot, environment, q, now)) is { } item)
        {
            var outcome = item.IsRollback
                ? DeploymentRequests.Rollback(snapshot, environment.Name, item.Request.Candidate, item.Request.By, item.Request.Reason)
                : DeploymentRequests.Deploy(snapshot, environment.Name, item.Request, now);
            return outcome.Refusal is { } refusal ? new Intent.LeaveQueue(environment.Name, item.Number, refusal.Message) : new Intent.Begin(environment.Name, item);
        }

        return state.Queue.IsEmpty && Promotable(snapshot, environment, now) is { } candidate ? new Intent.Promote(environment.Name, candidate.Id) : null;
    }

    private static string? WhyBack(ProjectSnapshot snapshot, EnvironmentSpec environment, EnvironmentState state)
    {
        if (state.Stable is not { } stable)
            return null;
        if (environment.OnFail is OnFail.Rollback && snapshot.Project.Bad.TryGetValue(stable.Candidate, out var flag))
            return $"{flag.Why} (flagged bad by {flag.By})";
        return environment.Member is { } member && snapshot.Configuration.Fleet(member.Fleet) is { OnFail: OnFail.Rollback } fleet && Waves.Stopped(snapshot, fleet, stable.Candidate) is { } stopped
            ? $"the line is stopped: {stopped}"
            : null;
    }

    private static bool MayBegin(ProjectSnapshot snapshot, EnvironmentSpec environment, QueuedDeployment item, DateTimeOffset now) =>
        item.IsRollback || item.Request.OverrideFreeze || snapshot.Window(environment, now).IsOpen;

    /// <summary>What comes in by itself now.</summary>
    private static Candidate? Promotable(ProjectSnapshot snapshot, EnvironmentSpec environment, DateTimeOffset now) =>
        snapshot.Of(environment.Name).Hold is null && snapshot.Window(environment, now).IsOpen
            ? Eligibility.Candidates(snapshot, environment).FirstOrDefault(c => Eligibility.DueAt(snapshot, environment, c) <= now)
            : null;
}
