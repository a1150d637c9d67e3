using Slipway.Core.Projects;
using Slipway.Core.Releases;

namespace Slipway.Core.Environments;

/// <summary>Whether a candidate served here so recently that it may come back without its steps.</summary>
internal static class RollbackWindow
{
    public static bool Holds(ProjectSnapshot snapshot, EnvironmentSpec environment, CandidateId candidate, DateTimeOffset now)
    {
        var state = snapshot.Of(environment.Name);
        var place = state.Good.Select(w => w.Candidate).ToList().IndexOf(candidate);
        if (place < 0 || state.FailedHere.Contains(candidate) || snapshot.Project.IsBad(candidate))
            return false;
        var since = state.Good.Length - 1 - place;
        return (since > 0 && since <= environment.Rollback.WindowRevisions)
            || (state.ReplacedAt.TryGetValue(candidate, out var replaced) && now < replaced + environment.Rollback.WindowTime);
    }
}
