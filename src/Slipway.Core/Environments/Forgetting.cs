using System.Collections.Immutable;
using Slipway.Core.Deployments;
using Slipway.Core.Projects;
using Slipway.Core.Releases;

namespace Slipway.Core.Environments;

/// <summary>
/// Which candidates a project need not remember any longer, so that what is held in memory does not grow for ever. Their events and deployments
/// stay in the store. Who is bad is never forgotten.
/// </summary>
public static class Forgetting
{
    /// <summary>So many of the newest candidates, and of what was good in each environment, are remembered however old they are.</summary>
    public const int Newest = KeptArtifacts.Newest;

    /// <summary>
    /// Candidates made longer than <paramref name="keep"/> before <paramref name="now"/> that are neither bad nor among the newest, have not
    /// served anywhere since then, and that no environment runs, waits for, may return to, or ended its last deployment with. Not the
    /// highest version either: the next one is counted from it.
    /// </summary>
    public static ImmutableArray<CandidateId> Candidates(ProjectSnapshot snapshot, TimeSpan keep, DateTimeOffset now, int newest = Newest)
    {
        var project = snapshot.Project;
        if (project.Project is null || project.Candidates.Length <= newest)
            return [];
        var needed = snapshot.Configuration.Places.SelectMany(name => Needed(snapshot, name, now - keep, now, newest)).ToImmutableHashSet();
        var highest = Versions.Highest(project);
        return [.. project.Candidates.Take(project.Candidates.Length - newest)
            .Where(c => c.CreatedAt < now - keep && !project.IsBad(c.Id) && !needed.Contains(c.Id) && c.Id != highest)
            .Select(c => c.Id)];
    }

    /// <summary>What an environment remembers of candidates that its project has forgotten.</summary>
    public static ImmutableArray<CandidateId> Left(ProjectState project, EnvironmentState state)
    {
        var known = project.Candidates.Select(c => c.Id).Concat(Held(state)).ToImmutableHashSet();
        return [.. state.Good.Select(w => w.Candidate).Concat(state.SucceededAt.Keys).Concat(state.ReplacedAt.Keys).Concat(state.FailedHere)
            .Where(c => !known.Contains(c)).Distinct().OrderBy(c => c.Value, StringComparer.Ordinal)];
    }

    private static IEnumerable<CandidateId> Needed(ProjectSnapshot snapshot, EnvironmentName name, DateTimeOffset since, DateTimeOffset now, int newest)
    {
        var state = snapshot.Of(name);
        return Held(state)
            .Concat(KeptArtifacts.Workloads(snapshot, name, now).Select(w => w.Candidate))
            .Concat(state.Good.TakeLast(newest).Select(w => w.Candidate))
            .Concat(state.SucceededAt.Concat(state.ReplacedAt).Where(c => c.Value >= since).Select(c => c.Key));
    }

    private static IEnumerable<CandidateId> Held(EnvironmentState state)
    {
        DeploymentSpec?[] specs = [state.Active, state.Last?.Spec];
        var workloads = specs.OfType<DeploymentSpec>().SelectMany(spec => new[] { spec.Candidate, spec.Stable }).Append(state.Stable);
        return workloads.OfType<Workload>().Select(w => w.Candidate).Concat(KeptArtifacts.Asked(state));
    }
}
