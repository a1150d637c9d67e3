using System.Collections.Immutable;
using Slipway.Core.Projects;
using Slipway.Core.Releases;

namespace Slipway.Core.Environments;

/// <summary>Which stored artifacts a project may still need. What nobody may need any more is thrown away, and can be uploaded again.</summary>
public static class KeptArtifacts
{
    /// <summary>So many of the newest candidates are kept whatever happened to them: somebody may look at or promote them.</summary>
    public const int Newest = 10;

    /// <summary>
    /// The digests of what serves, comes in, waits, may be returned to (the last good version, and all within the rollback window) or is to be
    /// compared with; of the newest candidates; and of those made within <paramref name="keep"/> before <paramref name="now"/>.
    /// </summary>
    public static ImmutableHashSet<string> Of(ProjectSnapshot snapshot, TimeSpan keep, DateTimeOffset now)
    {
        var project = snapshot.Project;
        var recent = project.Candidates.Where((c, i) => i >= project.Candidates.Length - Newest || c.CreatedAt > now - keep).Select(c => c.Artifact);
        var needed = snapshot.Configuration.Places.SelectMany(name => Workloads(snapshot, name, now)).Select(w => w.Artifact);
        var asked = snapshot.Configuration.Places.SelectMany(name => Asked(snapshot.Of(name))).Select(project.Find).OfType<Candidate>().Select(c => c.Artifact);
        return [.. recent.Concat(needed).Concat(asked).Select(a => a.Digest).OfType<string>()];
    }

    internal static IEnumerable<Workload> Workloads(ProjectSnapshot snapshot, EnvironmentName name, DateTimeOffset now)
    {
        var state = snapshot.Of(name);
        IEnumerable<Workload?> held = [state.Stable, state.LastGood(snapshot.Project), state.Active?.Candidate, state.Active?.Stable];
        var wanted = snapshot.Configuration.Find(name) is { } environment
            ? WantedInstances.Of(snapshot, name, now).Select(w => w.Workload).Concat(state.Good.Where(w => RollbackWindow.Holds(snapshot, environment, w.Candidate, now)))
            : [];
        return held.OfType<Workload>().Concat(wanted);
    }

    internal static IEnumerable<CandidateId> Asked(EnvironmentState state) =>
        state.Queue.Select(q => q.Request.Candidate).OfType<CandidateId>().Concat(state.Asked is { } asked ? [asked] : []);
}
