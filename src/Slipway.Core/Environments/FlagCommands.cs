using Slipway.Core.Deployments;
using Slipway.Core.Projects;
using Slipway.Core.Releases;

namespace Slipway.Core.Environments;

/// <summary>What flagging and unflagging a candidate brings, in words, before it is done. Doing it twice is doing it once.</summary>
public static class FlagCommands
{
    /// <summary>It is stopped wherever it is under way, and taken back wherever it serves and the policy says so.</summary>
    public static CommandOutcome Flag(ProjectSnapshot snapshot, CandidateId candidate, string by, string why, DateTimeOffset now)
    {
        if (snapshot.Project.Bad.TryGetValue(candidate, out var flag))
            return CommandOutcome.Nothing($"{candidate} is flagged bad already, by {flag.By}: {flag.Why}");
        var places = snapshot.Configuration.Environments.Select(e => Follows(snapshot, e, candidate)).OfType<string>().ToList();
        return CommandOutcome.Marks($"{candidate} is bad from now on: {(places.Count == 0 ? "it runs nowhere" : string.Join(", ", places))}, and nothing deploys it again",
            new ProjectEvent.CandidateFlagged(candidate, by, why, now));
    }

    /// <summary>It may be deployed again; it comes back by itself only where it never failed.</summary>
    public static CommandOutcome Unflag(ProjectSnapshot snapshot, CandidateId candidate, string by, string why, DateTimeOffset now)
    {
        if (!snapshot.Project.IsBad(candidate))
            return CommandOutcome.Nothing($"{candidate} is not flagged bad");
        var failed = snapshot.Configuration.Environments.Where(e => snapshot.Of(e.Name).FailedHere.Contains(candidate)).Select(e => e.Name.Value).ToList();
        return CommandOutcome.Marks($"{candidate} may be deployed again{(failed.Count == 0 ? "" : $"; in {string.Join(", ", failed)}, where it went back, only when a person names it")}",
            new ProjectEvent.CandidateUnflagged(candidate, by, why, now));
    }

    private static string? Follows(ProjectSnapshot snapshot, EnvironmentSpec environment, CandidateId candidate)
    {
        var state = snapshot.Of(environment.Name);
        if (snapshot.Active(environment.Name) is { Phase: Phase.Progressing or Phase.Settling } active && active.Spec.Candidate.Candidate == candidate)
            return $"it is stopped in {environment.Name}";
        if (state.Stable?.Candidate != candidate)
            return state.Queue.Any(q => q.Request.Candidate == candidate) ? $"it no longer waits in {environment.Name}" : null;
        if (state.LastGood(snapshot.Project) is not { } good)
            return $"it goes on serving {environment.Name}, which has no good candidate to go back to";
        return environment.OnFail is OnFail.Rollback ? $"{environment.Name} goes back to {good.Candidate}" : $"it goes on serving {environment.Name} until a person rolls back to {good.Candidate}";
    }
}
