using System.Collections.Immutable;
using Slipway.Core.Deployments;
using Slipway.Core.Releases;

namespace Slipway.Core.Environments;

/// <summary>What an environment runs and what happened in it: the fold of its events.</summary>
public sealed record EnvironmentState
{
    public static EnvironmentState Empty { get; } = new();

    /// <summary>What serves everyone, or did before the deployment under way; null when nothing was ever deployed.</summary>
    public Workload? Stable { get; init; }

    /// <summary>The deployment under way.</summary>
    public DeploymentSpec? Active { get; init; }

    /// <summary>The newest deployment that ended, and why it went back (null: it succeeded).</summary>
    public (DeploymentSpec Spec, RollbackCause? Cause)? Last { get; init; }

    public DateTimeOffset LastEndedAt { get; init; }

    /// <summary>How many deployments there ever were.</summary>
    public int Count { get; init; }

    /// <summary>How many deployments ended and how, by what they were for and what came of them: <c>forward:succeeded</c>, <c>rollback:failed</c>.</summary>
    public ImmutableSortedDictionary<string, int> Ended { get; init; } = ImmutableSortedDictionary.Create<string, int>(StringComparer.Ordinal);

    /// <summary>What waits, in the order in which it will begin.</summary>
    public ImmutableArray<QueuedDeployment> Queue { get; init; } = [];

    /// <summary>How many ever waited.</summary>
    public int QueuedCount { get; init; }

    /// <summary>Set while nothing comes in by itself.</summary>
    public PromotionHold? Hold { get; init; }

    /// <summary>What a person wants in the whole fleet, where this is one.</summary>
    public CandidateId? Asked { get; init; }

    public DateTimeOffset AskedAt { get; init; }

    /// <summary>Everything that succeeded here and was not rolled back since, in the order in which it did; the last one is what serves.</summary>
    public ImmutableArray<Workload> Good { get; init; } = [];

    /// <summary>When each candidate succeeded here; gone when it was rolled back.</summary>
    public ImmutableDictionary<CandidateId, DateTimeOffset> SucceededAt { get; init; } = ImmutableDictionary<CandidateId, DateTimeOffset>.Empty;

    /// <summary>When each candidate that served here was last replaced.</summary>
    public ImmutableDictionary<CandidateId, DateTimeOffset> ReplacedAt { get; init; } = ImmutableDictionary<CandidateId, DateTimeOffset>.Empty;

    /// <summary>Candidates that failed here: nothing tries them again by itself.</summary>
    public ImmutableHashSet<CandidateId> FailedHere { get; init; } = [];

    /// <summary>What a rollback would return to: the newest good one that is neither serving, nor flagged, nor failed here.</summary>
    public Workload? LastGood(ProjectState project) =>
        Good.LastOrDefault(w => w.Candidate != Stable?.Candidate && !project.IsBad(w.Candidate) && !FailedHere.Contains(w.Candidate));

    public static EnvironmentState Evolve(EnvironmentState state, EnvironmentEvent e) => e switch
    {
        EnvironmentEvent.DeploymentCreated x => state with
        {
            Active = x.Spec,
            Count = state.Count + 1,
            FailedHere = state.FailedHere.Remove(x.Spec.Candidate.Candidate),
            Queue = state.Queue.RemoveAll(q => q.Request.Candidate == x.Spec.Candidate.Candidate && q.IsRollback == x.Spec.Kind is DeploymentKind.Rollback),
        },
        EnvironmentEvent.DeploymentEnded { Cause: null } x when state.Active is { } spec => Succeed(Counted(state, spec, null), spec, x.At),
        EnvironmentEvent.DeploymentEnded x when state.Active is { } spec => Counted(state, spec, x.Cause) with { Active = null, Last = (spec, x.Cause), LastEndedAt = x.At, FailedHere = state.FailedHere.Add(spec.Candidate.Candidate) },
        EnvironmentEvent.DeploymentQueued x => state with { Queue = InOrder(state.Queue.Add(x.Item)), QueuedCount = state.QueuedCount + 1 },
        EnvironmentEvent.QueueLeft x => state with { Queue = state.Queue.RemoveAll(q => q.Number == x.Number) },
        EnvironmentEvent.PromotionsHeld x => state with { Hold = new PromotionHold(x.By, x.Why, x.At) },
        EnvironmentEvent.PromotionsReleased => state with { Hold = null },
        EnvironmentEvent.FleetAsked x => state with { Asked = x.Candidate, AskedAt = x.At },
        EnvironmentEvent.CandidatesForgotten x => state with
        {
            Good = state.Good.RemoveAll(w => x.Candidates.Contains(w.Candidate)),
            SucceededAt = state.SucceededAt.RemoveRange(x.Candidates),
            ReplacedAt = state.ReplacedAt.RemoveRange(x.Candidates),
            FailedHere = state.FailedHere.Except(x.Candidates),
        },
        EnvironmentEvent.DriftAccepted x => Serve(state, x.Serving, null, x.At),
        _ => state,
    };

    private static EnvironmentState Counted(EnvironmentState state, DeploymentSpec spec, RollbackCause? cause)
    {
        var how = $"{spec.Kind}:{cause?.ToString() ?? "Succeeded"}".ToLowerInvariant();
        return state with { Ended = state.Ended.SetItem(how, state.Ended.GetValueOrDefault(how) + 1) };
    }

    private static ImmutableArray<QueuedDeployment> InOrder(ImmutableArray<QueuedDeployment> queue) => [.. queue.OrderBy(q => q.IsRollback ? 0 : 1).ThenBy(q => q.Number)];

    /// <summary>What a rollback leaves is left for good.</summary>
    private static EnvironmentState Succeed(EnvironmentState state, DeploymentSpec spec, DateTimeOffset at) =>
        Serve(state, spec.Candidate, spec.Kind is DeploymentKind.Rollback ? state.Stable?.Candidate : null, at) with { Active = null, Last = (spec, null), LastEndedAt = at };

    private static EnvironmentState Serve(EnvironmentState state, Workload workload, CandidateId? left, DateTimeOffset at)
    {
        var good = state.Good.RemoveAll(w => w.Candidate == workload.Candidate || w.Candidate == left).Add(workload);
        var succeeded = left is { } gone ? state.SucceededAt.Remove(gone) : state.SucceededAt;
        return state with
        {
            Stable = workload,
            Good = good,
            SucceededAt = succeeded.SetItem(workload.Candidate, at),
            ReplacedAt = state.Stable is { } replaced && replaced.Candidate != workload.Candidate ? state.ReplacedAt.SetItem(replaced.Candidate, at) : state.ReplacedAt,
            FailedHere = left is { } failed ? state.FailedHere.Add(failed) : state.FailedHere,
        };
    }
}
