using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Slipway.Core.Deployments;
using Slipway.Core.Releases;

namespace Slipway.Core.Environments;

/// <summary>What became true of an environment. Stored for ever.</summary>
[JsonDerivedType(typeof(DeploymentCreated), "environment.deployment-created")]
[JsonDerivedType(typeof(DeploymentEnded), "environment.deployment-ended")]
public abstract record EnvironmentEvent(DateTimeOffset At)
{
    public sealed record DeploymentCreated(DeploymentSpec Spec, DateTimeOffset At) : EnvironmentEvent(At);

    /// <summary>The deployment under way ended; a null cause means that it succeeded.</summary>
    public sealed record DeploymentEnded(DeploymentId Id, RollbackCause? Cause, DateTimeOffset At) : EnvironmentEvent(At);
}

/// <summary>What an environment runs and what happened in it: the fold of its events.</summary>
public sealed record EnvironmentState
{
    public static EnvironmentState Empty { get; } = new();

    /// <summary>What serves everyone, or did before the deployment under way; null when nothing was ever deployed.</summary>
    public Workload? Stable { get; init; }

    /// <summary>The deployment under way.</summary>
    public DeploymentSpec? Active { get; init; }

    /// <summary>How many deployments there ever were.</summary>
    public int Count { get; init; }

    /// <summary>Everything that succeeded here and was not rolled back since, in the order in which it did; the last one is what serves.</summary>
    public ImmutableArray<Workload> Good { get; init; } = [];

    /// <summary>When each candidate succeeded here; gone when it was rolled back.</summary>
    public ImmutableDictionary<CandidateId, DateTimeOffset> SucceededAt { get; init; } = ImmutableDictionary<CandidateId, DateTimeOffset>.Empty;

    /// <summary>Candidates that failed here: nothing tries them again by itself.</summary>
    public ImmutableHashSet<CandidateId> FailedHere { get; init; } = [];

    /// <summary>What a rollback would return to: the newest good one that is neither serving, nor flagged, nor failed here.</summary>
    public Workload? LastGood(ProjectState project) =>
        Good.LastOrDefault(w => w.Candidate != Stable?.Candidate && !project.IsBad(w.Candidate) && !FailedHere.Contains(w.Candidate));

    public static EnvironmentState Evolve(EnvironmentState state, EnvironmentEvent e) => e switch
    {
        EnvironmentEvent.DeploymentCreated x => state with { Active = x.Spec, Count = state.Count + 1, FailedHere = state.FailedHere.Remove(x.Spec.Candidate.Candidate) },
        EnvironmentEvent.DeploymentEnded { Cause: null } x when state.Active is { } spec => Succeed(state, spec, x.At),
        EnvironmentEvent.DeploymentEnded when state.Active is { } spec => state with { Active = null, FailedHere = state.FailedHere.Add(spec.Candidate.Candidate) },
        _ => state,
    };

    private static EnvironmentState Succeed(EnvironmentState state, DeploymentSpec spec, DateTimeOffset at)
    {
        var left = spec.Kind is DeploymentKind.Rollback ? state.Stable?.Candidate : null;
        var good = state.Good.RemoveAll(w => w.Candidate == spec.Candidate.Candidate || w.Candidate == left).Add(spec.Candidate);
        var succeeded = left is { } gone ? state.SucceededAt.Remove(gone) : state.SucceededAt;
        return state with
        {
            Active = null,
            Stable = spec.Candidate,
            Good = good,
            SucceededAt = succeeded.SetItem(spec.Candidate.Candidate, at),
            FailedHere = left is { } failed ? state.FailedHere.Add(failed) : state.FailedHere,
        };
    }
}
