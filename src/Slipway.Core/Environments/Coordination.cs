using System.Collections.Immutable;
using Slipway.Core.Deployments;
using Slipway.Core.Projects;
using Slipway.Core.Releases;

namespace Slipway.Core.Environments;

/// <summary>Something that follows for one part of a project from what another part says.</summary>
public abstract record Intent
{
    private Intent()
    {
    }

    /// <summary>Tell the environment that its deployment ended; a null cause means that it succeeded.</summary>
    public sealed record Conclude(EnvironmentName Environment, DeploymentId Id, RollbackCause? Cause) : Intent;

    /// <summary>Remember that a candidate is bad.</summary>
    public sealed record FlagBad(CandidateId Candidate, string Why) : Intent;

    /// <summary>Stop a candidate under way that is bad.</summary>
    public sealed record Condemn(DeploymentId Id, BadFlag Flag) : Intent;

    /// <summary>Return an environment that is served by a bad candidate to its last good one.</summary>
    public sealed record RollBack(EnvironmentName Environment, BadFlag Flag) : Intent;

    /// <summary>Bring in a candidate whose turn has come.</summary>
    public sealed record Promote(EnvironmentName Environment, CandidateId Candidate) : Intent;
}

/// <summary>
/// What follows between the parts of a project. Looks at state only and may be asked at any time, as often as one likes: after a crash
/// it says again whatever was not carried out.
/// </summary>
public static class Coordination
{
    public static ImmutableArray<Intent> Intents(ProjectSnapshot snapshot, DateTimeOffset now)
    {
        var intents = ImmutableArray.CreateBuilder<Intent>();
        foreach (var environment in snapshot.Configuration.Environments)
        {
            if (snapshot.Of(environment.Name).Active is not null)
                intents.AddRange(OfActive(snapshot, environment.Name));
            else if (OfIdle(snapshot, environment, now) is { } intent)
                intents.Add(intent);
        }

        return intents.ToImmutable();
    }

    /// <summary>When an automatic promotion comes due, if nothing else happens before.</summary>
    public static DateTimeOffset? NextWake(ProjectSnapshot snapshot, DateTimeOffset now) =>
        snapshot.Configuration.Environments
            .Where(e => snapshot.Of(e.Name).Active is null)
            .SelectMany(e => Candidates(snapshot, e).Select(c => DueAt(snapshot, e, c)))
            .Where(due => due > now)
            .Min();

    /// <summary>The newest candidate that may come into an environment by itself or on a person's word; null when there is none.</summary>
    public static Candidate? Eligible(ProjectSnapshot snapshot, EnvironmentSpec environment) => Candidates(snapshot, environment).FirstOrDefault();

    /// <summary>When a candidate comes in by itself; null when only a person brings it in.</summary>
    public static DateTimeOffset? DueAt(ProjectSnapshot snapshot, EnvironmentSpec environment, Candidate candidate)
    {
        var ready = environment.After.Select(before => snapshot.Of(before).SucceededAt[candidate.Id]).Append(candidate.CreatedAt).Max();
        return environment.Promote switch
        {
            PromotionPolicy.Automatic automatic => ready + automatic.After,
            PromotionPolicy.Approved => ready,
            _ => null,
        };
    }

    private static IEnumerable<Intent> OfActive(ProjectSnapshot snapshot, EnvironmentName name)
    {
        if (snapshot.Active(name) is not { } deployment)
            yield break;
        var candidate = deployment.Spec.Candidate.Candidate;
        if (deployment.Cause is RollbackCause.Bad && !snapshot.Project.IsBad(candidate))
            yield return new Intent.FlagBad(candidate, $"in {name}: {deployment.Why}");
        if (deployment.IsEnded)
            yield return new Intent.Conclude(name, deployment.Spec.Id, deployment.Phase is Phase.Succeeded ? null : deployment.Cause);
        else if (deployment.Phase is Phase.Progressing or Phase.Settling && snapshot.Project.Bad.TryGetValue(candidate, out var flag))
            yield return new Intent.Condemn(deployment.Spec.Id, flag);
    }

    private static Intent? OfIdle(ProjectSnapshot snapshot, EnvironmentSpec environment, DateTimeOffset now)
    {
        var state = snapshot.Of(environment.Name);
        if (environment.OnFail is OnFail.Rollback && state.Stable is { } stable && snapshot.Project.Bad.TryGetValue(stable.Candidate, out var flag)
            && state.LastGood(snapshot.Project) is not null)
            return new Intent.RollBack(environment.Name, flag);
        return Candidates(snapshot, environment).FirstOrDefault(c => DueAt(snapshot, environment, c) <= now) is { } candidate
            ? new Intent.Promote(environment.Name, candidate.Id)
            : null;
    }

    /// <summary>
    /// Newest first: newer than what serves, succeeded in every environment before, neither bad nor failed here. What has already served
    /// here and was replaced by an older version was replaced by a person, and comes back only when a person says so.
    /// </summary>
    private static IEnumerable<Candidate> Candidates(ProjectSnapshot snapshot, EnvironmentSpec environment)
    {
        var state = snapshot.Of(environment.Name);
        var serving = state.Stable is { } stable ? snapshot.Project.Find(stable.Candidate)?.Number ?? 0 : 0;
        return snapshot.Project.Candidates.Reverse()
            .TakeWhile(c => c.Number > serving)
            .Where(c => !snapshot.Project.IsBad(c.Id) && !state.FailedHere.Contains(c.Id) && !state.SucceededAt.ContainsKey(c.Id)
                && environment.After.All(before => snapshot.Of(before).SucceededAt.ContainsKey(c.Id)));
    }
}
