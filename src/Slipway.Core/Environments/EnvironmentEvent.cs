using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Slipway.Core.Deployments;
using Slipway.Core.Releases;

namespace Slipway.Core.Environments;

/// <summary>What became true of an environment. Stored for ever.</summary>
[JsonDerivedType(typeof(DeploymentCreated), "environment.deployment-created")]
[JsonDerivedType(typeof(DeploymentEnded), "environment.deployment-ended")]
[JsonDerivedType(typeof(DeploymentQueued), "environment.deployment-queued")]
[JsonDerivedType(typeof(QueueLeft), "environment.queue-left")]
[JsonDerivedType(typeof(PromotionsHeld), "environment.promotions-held")]
[JsonDerivedType(typeof(PromotionsReleased), "environment.promotions-released")]
[JsonDerivedType(typeof(DriftAccepted), "environment.drift-accepted")]
[JsonDerivedType(typeof(FleetAsked), "environment.fleet-asked")]
[JsonDerivedType(typeof(CandidatesForgotten), "environment.candidates-forgotten")]
public abstract record EnvironmentEvent(DateTimeOffset At)
{
    /// <summary>A deployment begins. What waited for it in the queue has left it.</summary>
    public sealed record DeploymentCreated(DeploymentSpec Spec, DateTimeOffset At) : EnvironmentEvent(At);

    /// <summary>The deployment under way ended; a null cause means that it succeeded.</summary>
    public sealed record DeploymentEnded(DeploymentId Id, RollbackCause? Cause, DateTimeOffset At) : EnvironmentEvent(At);

    public sealed record DeploymentQueued(QueuedDeployment Item, DateTimeOffset At) : EnvironmentEvent(At);

    /// <summary>What waited will not begin: cancelled, replaced by a newer wish, or no longer possible.</summary>
    public sealed record QueueLeft(int Number, string Why, DateTimeOffset At) : EnvironmentEvent(At);

    /// <summary>Nothing comes in by itself any more until a person says so.</summary>
    public sealed record PromotionsHeld(string By, string Why, DateTimeOffset At) : EnvironmentEvent(At);

    public sealed record PromotionsReleased(string By, DateTimeOffset At) : EnvironmentEvent(At);

    /// <summary>A person wants a candidate in a whole fleet; its members follow ring by ring. Null: no longer.</summary>
    public sealed record FleetAsked(CandidateId? Candidate, string By, string? Reason, DateTimeOffset At) : EnvironmentEvent(At);

    /// <summary>What was observed to serve, and nobody deployed, is what shall serve from now on.</summary>
    public sealed record DriftAccepted(Workload Serving, string By, string? Reason, DateTimeOffset At) : EnvironmentEvent(At);

    /// <summary>The project knows these no longer, and so the environment does not either.</summary>
    public sealed record CandidatesForgotten(ImmutableArray<CandidateId> Candidates, DateTimeOffset At) : EnvironmentEvent(At);
}

/// <summary>A wish that waits for its turn, or for a window to open.</summary>
/// <param name="Number">Its number in the environment, from 1.</param>
/// <param name="IsRollback">Rollbacks go first and wait for no window.</param>
/// <param name="Request">What was asked for, by whom and why.</param>
public sealed record QueuedDeployment(int Number, bool IsRollback, DeployRequest Request, DateTimeOffset At);

/// <summary>Why nothing comes into an environment by itself.</summary>
public sealed record PromotionHold(string By, string Why, DateTimeOffset At);
