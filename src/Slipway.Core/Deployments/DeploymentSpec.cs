using System.Collections.Immutable;
using Slipway.Core.Analysis;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Core.Strategies;
using Slipway.Core.Traffic;

namespace Slipway.Core.Deployments;

/// <summary>Everything a deployment was asked to do, fixed when it was asked. Later changes of the project do not touch it.</summary>
public sealed record DeploymentSpec
{
    public required DeploymentId Id { get; init; }

    public required EnvironmentKey Environment { get; init; }

    public required Workload Candidate { get; init; }

    /// <summary>What serves the environment now and what a rollback returns to; null for the first deployment.</summary>
    public Workload? Stable { get; init; }

    public required ImmutableArray<Step> Steps { get; init; }

    public ImmutableArray<CheckSpec> Checks { get; init; } = [];

    public required Slice Slice { get; init; }

    public OnFail OnFail { get; init; }

    /// <summary>Hooks to run when it goes back, after the traffic and the compensations.</summary>
    public ImmutableArray<HookSpec> OnRollback { get; init; } = [];

    /// <summary>Whether the stable version keeps all its instances until the end.</summary>
    public Scaling Scaling { get; init; }

    /// <summary>Who made the candidate; null when that is not known.</summary>
    public string? Author { get; init; }

    public DeploymentKind Kind { get; init; }

    /// <summary>A rollback with no other good candidate behind it: its start is tried until it works or a person stops it.</summary>
    public bool LastResort { get; init; }

    /// <summary>An older candidate than the one that serves, deployed again by a person: where it comes in, it is a return and no progress.</summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsReturn { get; init; }

    /// <summary>A person's name, or <c>slipway</c>.</summary>
    public required string RequestedBy { get; init; }

    public string? Reason { get; init; }

    /// <summary>Salt of the hash that picks who goes first: one per release, so that it is not always the same people.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public string Salt => $"{Environment.Project}/{Candidate.Candidate}";
}

public enum DeploymentKind
{
    /// <summary>A candidate comes in.</summary>
    Forward,

    /// <summary>The last good one comes back. No canary steps, no checks; only a failed start, a person or a bad flag ends it otherwise.</summary>
    Rollback,
}
