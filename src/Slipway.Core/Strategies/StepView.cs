using System.Collections.Immutable;
using Slipway.Core.Traffic;

namespace Slipway.Core.Strategies;

/// <summary>What a step may look at. Only what has been confirmed is in here.</summary>
public sealed record StepView
{
    /// <summary>Whether the candidate is ready to serve.</summary>
    public required bool CandidateReady { get; init; }

    /// <summary>When the step's split was confirmed by the router; null while it is not.</summary>
    public required DateTimeOffset? InForceSince { get; init; }

    /// <summary>When the step began, moved later by the time the rollout spent paused in it.</summary>
    public required DateTimeOffset EnteredAt { get; init; }

    /// <summary>Whether a person said to go on without waiting.</summary>
    public required bool Promoted { get; init; }

    /// <summary>People who approved the current step.</summary>
    public required ImmutableArray<string> Approvals { get; init; }

    /// <summary>Whether any check compares the candidate with a baseline.</summary>
    public required bool HasChecks { get; init; }

    /// <summary>Whether the candidate has answered anything that the checks could look at.</summary>
    public required bool HasEvidence { get; init; }

    /// <summary>Whether the checks showed that the present exposure is safe.</summary>
    public required bool IsSafe { get; init; }

    /// <summary>The weight now wanted in this environment.</summary>
    public required Weight Weight { get; init; }
}
