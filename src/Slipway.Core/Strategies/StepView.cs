using System.Collections.Immutable;
using Slipway.Core.Deployments;
using Slipway.Core.Traffic;

namespace Slipway.Core.Strategies;

/// <summary>What a step may look at. Only what has been confirmed is in here.</summary>
public sealed record StepView
{
    /// <summary>Whether as many instances of the candidate as the step wants are ready to serve.</summary>
    public required bool CandidateReady { get; init; }

    /// <summary>Whether the fresh instances of the stable version are ready.</summary>
    public bool BaselineReady { get; init; }

    /// <summary>When the step's split was confirmed by the router; null while it is not.</summary>
    public required DateTimeOffset? InForceSince { get; init; }

    /// <summary>When the step began, moved later by the time the rollout spent paused in it.</summary>
    public required DateTimeOffset EnteredAt { get; init; }

    /// <summary>Time the step spent with its split in force, the candidate ready, the checks able to measure, and nobody pausing.</summary>
    public CountedTime Healthy { get; init; }

    /// <summary>Why the checks cannot measure; null when they can.</summary>
    public string? Blind { get; init; }

    /// <summary>Whether a person said to go on without waiting.</summary>
    public required bool Promoted { get; init; }

    /// <summary>People who approved the current step.</summary>
    public required ImmutableArray<string> Approvals { get; init; }

    /// <summary>Whether any check compares the candidate with a baseline.</summary>
    public required bool HasChecks { get; init; }

    /// <summary>Whether the step sends anybody, or copies of requests, to the candidate, so that it could answer something.</summary>
    public bool IsAsked { get; init; } = true;

    /// <summary>Whether a check without enough evidence asks a person at once, instead of waiting for more.</summary>
    public bool AsksWhenInconclusive { get; init; }

    /// <summary>Whether the candidate has answered anything that the checks could look at.</summary>
    public required bool HasEvidence { get; init; }

    /// <summary>Whether the checks showed that the present exposure is safe.</summary>
    public required bool IsSafe { get; init; }

    /// <summary>The weight now wanted in this environment.</summary>
    public required Weight Weight { get; init; }

    /// <summary>The newest word of each outside signal.</summary>
    public ImmutableArray<Signal> Signals { get; init; } = [];

    /// <summary>How what the step runs ended; null while it has not.</summary>
    public HookOutcome? Hook { get; init; }

    /// <summary>Why the time does not count, in words for people.</summary>
    public string WhyUnhealthy => Blind ?? (CandidateReady ? "the router has not confirmed the split" : "the candidate is not ready");

    public Signal? Signal(string name) => Signals.FirstOrDefault(s => s.Name == name);
}
