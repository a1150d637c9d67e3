using System.Collections.Immutable;
using Slipway.Core.Deployments;
using Slipway.Core.Environments;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Core.Traffic;

namespace Slipway.Simulation;

/// <summary>Everything outside that a strategy is tried against: traffic, versions and their faults, the router, hooks, and people.</summary>
public sealed record WorldSpec
{
    /// <summary>What the clock shows when it begins.</summary>
    public DateTimeOffset Start { get; init; } = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    /// <summary>When it ends, at the latest; it ends earlier when nothing can happen any more.</summary>
    public TimeSpan Until { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Requests a second of the whole service.</summary>
    public double RequestsPerSecond { get; init; } = 100;

    /// <summary>What a healthy version does.</summary>
    public Behaviour Healthy { get; init; } = new(0.002, TimeSpan.FromMilliseconds(80));

    public ImmutableArray<SimulatedVersion> Versions { get; init; } = [];

    public ImmutableArray<Fault> Faults { get; init; } = [];

    /// <summary>When the checks cannot measure.</summary>
    public ImmutableArray<Blindness> Blind { get; init; } = [];

    public RouterBehaviour Router { get; init; } = new();

    /// <summary>By name of the hook; others succeed after a second.</summary>
    public ImmutableDictionary<string, HookBehaviour> Hooks { get; init; } = ImmutableDictionary<string, HookBehaviour>.Empty;

    /// <summary>In the order of their times.</summary>
    public ImmutableArray<Act> People { get; init; } = [];
}

/// <summary>How a version answers.</summary>
/// <param name="Errors">Share of requests that fail, 0 to 1.</param>
/// <param name="Latency">Median time of an answer.</param>
public sealed record Behaviour(double Errors, TimeSpan Latency);

/// <summary>A version and how it behaves when nothing else is said.</summary>
/// <param name="At">When it is created; null: it serves everywhere before the time begins.</param>
/// <param name="By">Who creates it.</param>
/// <param name="Behaviour">Null: as a healthy one.</param>
/// <param name="Starts">How long an instance takes to become ready.</param>
/// <param name="StartFails">Why it cannot be started; null: it can.</param>
/// <param name="ExitsAfter">It exits by itself, once, this long after it was ready.</param>
public sealed record SimulatedVersion(CandidateId Name, TimeSpan? At, string By, Behaviour? Behaviour, TimeSpan Starts, string? StartFails, TimeSpan? ExitsAfter);

/// <summary>Something wrong with a version for a time, in some place, above some weight.</summary>
/// <param name="Environment">Null: in all of them.</param>
/// <param name="From">Since the beginning of the simulation.</param>
/// <param name="For">Null: for good.</param>
/// <param name="AboveWeight">Only while at least this share of the environment's users is on it.</param>
/// <param name="Step">Only in this step of its deployment, from 1.</param>
/// <param name="Silent">It answers nothing at all.</param>
public sealed record Fault(CandidateId Version, EnvironmentName? Environment, TimeSpan From, TimeSpan? For, Weight AboveWeight, int? Step, double? Errors, TimeSpan? Latency, bool Silent);

/// <summary>A time in which no gateway can be heard.</summary>
/// <param name="From">Since the beginning of the simulation.</param>
/// <param name="For">Null: for good.</param>
public sealed record Blindness(TimeSpan From, TimeSpan? For);

/// <summary>How the router answers.</summary>
/// <param name="Lies">Share of requests that it says it carried out and did not; what is read back tells.</param>
/// <param name="Loses">Share of requests whose answer never comes; they are asked again.</param>
/// <param name="Fails">Share of requests that it refuses.</param>
public sealed record RouterBehaviour(double Lies = 0, double Loses = 0, double Fails = 0)
{
    /// <summary>How long it takes to serve a new split.</summary>
    public TimeSpan Confirms { get; init; } = TimeSpan.FromSeconds(2);
}

/// <param name="Takes">How long it runs.</param>
/// <param name="Fails">Why it fails; null: it succeeds.</param>
public sealed record HookBehaviour(TimeSpan Takes, string? Fails);

/// <summary>Something a person does.</summary>
/// <param name="Command">What they ask of an environment; null when they flag a version.</param>
/// <param name="Flag">The version they say is bad, or no longer.</param>
public sealed record Act(TimeSpan At, EnvironmentName Environment, EnvironmentCommand? Command, CandidateId? Flag, string By, string? Reason)
{
    /// <summary>Whether the version is no longer bad.</summary>
    public bool Unflags { get; init; }

    /// <summary>They stop the whole line, or release it; null: neither.</summary>
    public bool? StopsLine { get; init; }
}
