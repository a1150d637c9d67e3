using System.Collections.Immutable;
using Slipway.Core.Projects;
using Slipway.Core.Releases;

namespace Slipway.Core.Environments;

/// <summary>How far the newest candidate of a fleet has come.</summary>
/// <param name="Candidate">What a person asked for, or else the newest that any member has or is getting; null: nothing was ever deployed.</param>
/// <param name="Stopped">Why the line is stopped; null: it is not.</param>
public sealed record FleetProgress(EnvironmentName Fleet, CandidateId? Candidate, string? Stopped, ImmutableArray<RingProgress> Rings)
{
    public static FleetProgress Of(ProjectSnapshot snapshot, FleetSpec fleet)
    {
        var members = fleet.Members.Select(snapshot.Of).ToList();
        var candidate = snapshot.Of(fleet.Name).Asked ?? members.SelectMany(m => new[] { m.Active?.Candidate.Candidate, m.Stable?.Candidate, m.Last?.Spec.Candidate.Candidate }).OfType<CandidateId>()
            .Select(c => (CandidateId?)c).MaxBy(c => snapshot.Project.Find(c!.Value)?.Number ?? 0);
        return candidate is not { } of
            ? new FleetProgress(fleet.Name, null, null, [.. fleet.Rings.Select(r => new RingProgress(r.Name, r.Members.Length, 0, 0, 0))])
            : new FleetProgress(fleet.Name, of, Waves.Stopped(snapshot, fleet, of), [.. fleet.Rings.Select(r => Ring(snapshot, r, of))]);
    }

    private static RingProgress Ring(ProjectSnapshot snapshot, Ring ring, CandidateId candidate)
    {
        var states = ring.Members.Select(snapshot.Of).ToList();
        return new RingProgress(ring.Name, ring.Members.Length,
            states.Count(s => s.Stable?.Candidate == candidate),
            states.Count(s => s.Active?.Candidate.Candidate == candidate),
            states.Count(s => s.Active is null && s.Last is { Cause: not null } last && last.Spec.Candidate.Candidate == candidate));
    }
}

/// <summary>One ring, by how its members stand to the candidate.</summary>
/// <param name="Done">Serve it.</param>
/// <param name="UnderWay">Are getting it, or giving it back.</param>
/// <param name="Failed">Went back from it.</param>
public sealed record RingProgress(string Name, int Members, int Done, int UnderWay, int Failed);
