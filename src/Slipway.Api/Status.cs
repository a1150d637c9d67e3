using System.Text.Json.Serialization;

namespace Slipway.Api;

/// <summary>Every environment of every project, as of one moment.</summary>
/// <param name="Position">Position in the event feed that this is at least as new as.</param>
public sealed record StatusResponse(string Version, long Position, DateTimeOffset At, IReadOnlyList<ProjectStatus> Projects);

public sealed record ProjectStatus(string Name, IReadOnlyList<string> Hosts, IReadOnlyList<EnvironmentStatus> Environments)
{
    /// <summary>Environments in many places; their targets are among the environments.</summary>
    public IReadOnlyList<FleetStatus> Fleets { get; init; } = [];
}

/// <summary>How far the newest candidate of a fleet has come.</summary>
/// <param name="Candidate">Null: nothing was ever deployed.</param>
/// <param name="Stopped">Why the line is stopped; null: it is not.</param>
public sealed record FleetStatus(string Name, string? Candidate, string? Stopped, IReadOnlyList<RingStatus> Rings);

/// <param name="Done">Targets that serve the candidate.</param>
/// <param name="UnderWay">Targets that are getting it, or giving it back.</param>
/// <param name="Failed">Targets that went back from it.</param>
public sealed record RingStatus(string Name, int Targets, int Done, int UnderWay, int Failed);

/// <summary>One environment.</summary>
public sealed record EnvironmentStatus
{
    public required string Name { get; init; }

    public required string Tier { get; init; }

    /// <summary>Its share of the project's live traffic, in words.</summary>
    public required string Slice { get; init; }

    public required IReadOnlyList<string> After { get; init; }

    /// <summary>What should serve everyone here: the candidate of a deployment under way, or else what serves.</summary>
    public string? Wanted { get; init; }

    /// <summary>What serves everyone who is not on a candidate.</summary>
    public string? Serving { get; init; }

    /// <summary>What a rollback would return to.</summary>
    public string? LastGood { get; init; }

    /// <summary>Which versions were seen to run here, ready to serve.</summary>
    public required IReadOnlyList<string> Observed { get; init; }

    public DeploymentStatus? Deployment { get; init; }

    /// <summary>The fleet that this is a target of; null: of none.</summary>
    public string? Fleet { get; init; }

    /// <summary>Whether nothing is under way, waits or is wrong here: one of many of these need not be looked at.</summary>
    [JsonIgnore]
    public bool IsCalm => Deployment is null && Trouble is null && Hold is null && Drift.Count == 0 && Queue.Count == 0;

    /// <summary>Where what is observed differs from what is wanted, in words.</summary>
    public IReadOnlyList<string> Drift { get; init; } = [];

    /// <summary>The candidate that comes next, and when by itself (null: when a person says so).</summary>
    public NextStatus? Next { get; init; }

    public required IReadOnlyList<VersionTraffic> Traffic { get; init; }

    /// <summary>What was asked for and waits, in the order in which it will begin.</summary>
    public required IReadOnlyList<QueuedStatus> Queue { get; init; }

    /// <summary>Why nothing comes in by itself; null when eligible candidates do.</summary>
    public HoldStatus? Hold { get; init; }

    public required WindowStatus Window { get; init; }

    /// <summary>Why this environment means nothing for the project; null: it means something.</summary>
    public string? NotApplicable { get; init; }

    /// <summary>What is wrong here and needs a person, in words; null when nothing is.</summary>
    public string? Trouble { get; init; }

    /// <summary>Why it is as it is, in one sentence.</summary>
    public required string Why { get; init; }
}

public sealed record NextStatus(string Candidate, DateTimeOffset? Due);

/// <summary>Traffic of one version over about the last ten seconds.</summary>
/// <param name="ErrorRate">0 to 1.</param>
public sealed record VersionTraffic(string Version, double RequestsPerSecond, double ErrorRate);

/// <summary>One deployment, under way or ended.</summary>
public sealed record DeploymentStatus
{
    public required string Id { get; init; }

    public required string Project { get; init; }

    public required string Environment { get; init; }

    public required string Candidate { get; init; }

    public string? Stable { get; init; }

    /// <summary><c>forward</c> or <c>rollback</c>.</summary>
    public required string Kind { get; init; }

    /// <summary><c>progressing</c>, <c>settling</c>, <c>rollingBack</c>, <c>succeeded</c> or <c>rolledBack</c>.</summary>
    public required string Phase { get; init; }

    /// <summary>How it ended: <c>succeeded</c>, <c>fastPromoted</c>, <c>rolledBack</c>, <c>fastRolledBack</c>, <c>aborted</c>, <c>superseded</c> or <c>failed</c>; null while it is under way.</summary>
    public string? Outcome { get; init; }

    public required bool Paused { get; init; }

    /// <summary>Who paused it; <c>slipway</c> when it stopped itself.</summary>
    public string? PausedBy { get; init; }

    /// <summary>Whether it stopped itself and waits for a person to decide.</summary>
    public bool AsksPerson { get; init; }

    /// <summary>Why a freeze or a stopped line keeps it from taking another step; null when none does.</summary>
    public string? HeldWhy { get; init; }

    /// <summary>What takes longer than it may and is tried again and again; null when nothing does.</summary>
    public string? Overdue { get; init; }

    /// <summary>Index of the step under way, from 0.</summary>
    public required int Step { get; init; }

    public required IReadOnlyList<string> Steps { get; init; }

    /// <summary>Wanted share of the environment's users on the candidate, in percent.</summary>
    public required decimal WeightPercent { get; init; }

    /// <summary>The share that the router confirmed; null while nobody knows.</summary>
    public decimal? ConfirmedPercent { get; init; }

    public required string Why { get; init; }

    public required string Next { get; init; }

    /// <summary>When time alone will change something.</summary>
    public DateTimeOffset? Until { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Seconds in which only a person could let it go on: paused without an end, or waiting for approvals. Freezes do not count.</summary>
    public double WaitedForPeopleSeconds { get; init; }

    /// <summary>Why it went back: <c>bad</c>, <c>aborted</c> or <c>failed</c>.</summary>
    public string? Cause { get; init; }

    public required string RequestedBy { get; init; }

    public required InstancesStatus Instances { get; init; }

    public required IReadOnlyList<SignalStatus> Signals { get; init; }

    public required IReadOnlyList<HookStatus> Hooks { get; init; }

    public required IReadOnlyList<CheckStatus> Checks { get; init; }

    public required IReadOnlyList<string> Troubles { get; init; }
}

/// <summary>What a check says, in figures and in words.</summary>
/// <param name="Verdict"><c>pass</c>, <c>fail</c>, <c>inconclusive</c> or <c>error</c>.</param>
/// <param name="LogEvidence">Natural logarithm of the evidence that the candidate is worse; null for a rule without one.</param>
/// <param name="LogLimit">Where it fails.</param>
public sealed record CheckStatus(
    string Name, string Verdict, string Summary, double? LogEvidence, double? LogLimit,
    long CandidateRequests, long CandidateErrors, long BaselineRequests, long BaselineErrors)
{
    /// <summary>Whose numbers it looked at: a metric source's name; null: the gateways'.</summary>
    public string? Source { get; init; }

    /// <summary>Nothing follows from what it says.</summary>
    public bool DryRun { get; init; }

    /// <summary>Of a failed check: the part of the traffic that the evidence mostly comes from, such as <c>route/checkout</c>, whose numbers these are then; null: the whole.</summary>
    public string? Stratum { get; init; }

    /// <summary>How many times the baseline's number the candidate's is, with the range that it lies in; null where that is not known.</summary>
    public EffectStatus? Effect { get; init; }

    /// <summary>While it is inconclusive: a candidate so many times worse would be expected to have failed by now.</summary>
    public double? CouldSee { get; init; }

    /// <summary>What would change the verdict, in a sentence.</summary>
    public string? Change { get; init; }
}

/// <param name="Ratio">As counted; null when the baseline counted none.</param>
/// <param name="Lower">The truth is above, whenever one looks, with 97.5 %; null: not known.</param>
/// <param name="Upper">The truth is below, likewise.</param>
public sealed record EffectStatus(double? Ratio, double? Lower, double? Upper);

/// <summary>Why a deployment or an environment is where it is, and what would change it.</summary>
public sealed record ExplainResponse(string Subject, string Summary, IReadOnlyList<string> Why, IReadOnlyList<string> WhatNext, IReadOnlyList<CheckStatus> Checks, IReadOnlyList<EventResponse> History);
