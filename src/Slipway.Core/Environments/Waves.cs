using Slipway.Core.Deployments;
using Slipway.Core.Projects;
using Slipway.Core.Releases;

namespace Slipway.Core.Environments;

/// <summary>How far a candidate has come in a fleet: a function of what its members say.</summary>
public static class Waves
{
    /// <summary>
    /// Why no further member may begin: a ring can no longer reach its minimum. Null while it can. A member that is tried again by hand and
    /// succeeds lets the line go on.
    /// </summary>
    public static string? Stopped(ProjectSnapshot snapshot, FleetSpec fleet, CandidateId candidate)
    {
        foreach (var ring in fleet.Rings)
        {
            var failed = ring.Members.Where(m => HasFailed(snapshot, fleet, m, candidate)).ToList();
            var allowed = ring.Members.Length - fleet.Needed(ring);
            if (failed.Count > allowed)
                return $"{candidate} failed in {Some(failed)} of ring {ring.Name}; at most {allowed} of its {ring.Members.Length} may";
        }

        return null;
    }

    /// <summary>When a ring was done: enough members have succeeded and none is under way any more. Null while it is not.</summary>
    public static DateTimeOffset? DoneAt(ProjectSnapshot snapshot, FleetSpec fleet, Ring ring, CandidateId candidate)
    {
        var succeeded = ring.Members.Select(m => snapshot.Of(m).SucceededAt.TryGetValue(candidate, out var at) ? at : (DateTimeOffset?)null).OfType<DateTimeOffset>().ToList();
        return succeeded.Count >= fleet.Needed(ring) && !ring.Members.Any(m => IsUnderWay(snapshot, m, candidate)) ? succeeded.Max() : null;
    }

    /// <summary>When the whole fleet was done; null while it is not.</summary>
    public static DateTimeOffset? DoneAt(ProjectSnapshot snapshot, FleetSpec fleet, CandidateId candidate)
    {
        var rings = fleet.Rings.Select(r => DoneAt(snapshot, fleet, r, candidate)).ToList();
        return rings.Contains(null) ? null : rings.Max();
    }

    /// <summary>From when on a member's ring may follow the rings before it; null: not yet, or the line is stopped.</summary>
    public static DateTimeOffset? TurnAt(ProjectSnapshot snapshot, FleetMember member, Candidate candidate)
    {
        var fleet = snapshot.Configuration.Fleet(member.Fleet)!;
        if (Stopped(snapshot, fleet, candidate.Id) is not null)
            return null;
        var turn = candidate.CreatedAt;
        foreach (var ring in fleet.Rings.Take(member.Ring))
        {
            if (DoneAt(snapshot, fleet, ring, candidate.Id) is not { } done)
                return null;
            turn = done + fleet.Soak > turn ? done + fleet.Soak : turn;
        }

        return turn;
    }

    /// <summary>How many more members may begin now.</summary>
    public static int Free(ProjectSnapshot snapshot, FleetSpec fleet) => fleet.AtOnce - fleet.Members.Count(m => snapshot.Of(m).Active is not null);

    private static bool IsUnderWay(ProjectSnapshot snapshot, EnvironmentName member, CandidateId candidate) => snapshot.Of(member).Active?.Candidate.Candidate == candidate;

    /// <summary>
    /// One that is on its way back has failed already: the line stops with the first look, not when the traffic is back. What failed before
    /// a person asked for the candidate again is forgiven, and what a person took back later is no failure.
    /// </summary>
    private static bool HasFailed(ProjectSnapshot snapshot, FleetSpec fleet, EnvironmentName member, CandidateId candidate)
    {
        if (IsUnderWay(snapshot, member, candidate))
            return snapshot.Active(member) is { Phase: Phase.RollingBack or Phase.RolledBack, Spec.Kind: DeploymentKind.Forward, Cause: not RollbackCause.Superseded };
        return snapshot.Of(member) is { Last: ({ Kind: DeploymentKind.Forward } spec, { } cause) } state && cause is not RollbackCause.Superseded
            && spec.Candidate.Candidate == candidate && !IsForgiven(snapshot, fleet.Name, candidate, state);
    }

    /// <summary>Whether a person asked for the candidate in the whole fleet since it ended here.</summary>
    internal static bool IsForgiven(ProjectSnapshot snapshot, EnvironmentName fleet, CandidateId candidate, EnvironmentState member) =>
        snapshot.Of(fleet) is { Asked: { } asked, AskedAt: var at } && asked == candidate && member.LastEndedAt <= at;

    private static string Some(List<EnvironmentName> names) => names.Count <= 3 ? string.Join(", ", names) : $"{string.Join(", ", names.Take(3))} and {names.Count - 3} more";
}
