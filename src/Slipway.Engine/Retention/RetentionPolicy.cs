using System.Collections.Frozen;
using Slipway.Engine.Streams;

namespace Slipway.Engine.Retention;

/// <summary>What is kept, and how long.</summary>
public sealed record RetentionPolicy
{
    public static readonly TimeSpan Shortest = TimeSpan.FromDays(1);

    /// <summary>How long every event is kept; after that those that <see cref="Passing"/> names go, and candidates that nothing reaches are forgotten. Longer than a year, so that this quarter can be held against the last one's.</summary>
    public TimeSpan Events { get; init; } = TimeSpan.FromDays(400);

    /// <summary>How long an artifact is kept that nothing runs, may return to, or waits for.</summary>
    public TimeSpan Artifacts { get; init; } = TimeSpan.FromDays(30);

    /// <summary>A stream with more events than this after the state that is kept of it gets a newer one.</summary>
    public int SnapshotEvery { get; init; } = 200;

    /// <summary>
    /// Kinds of events that may go: how a rollout got from one step to the next. Everything else is kept for ever: candidates, who asked for
    /// what and why, approvals, verdicts with their evidence, and how each deployment ended.
    /// </summary>
    public static FrozenSet<string> Passing { get; } =
    [
        "deployment.step-entered", "deployment.candidate-ready", "deployment.stable-ready", "deployment.baseline-ready", "deployment.split-confirmed",
        "deployment.split-lost", "deployment.evidence-seen", "deployment.measuring-lost", "deployment.measuring-back", "deployment.hook-succeeded",
        "deployment.held", "deployment.released", "deployment.overdue", "deployment.steps-completed",
        "environment.deployment-created", "environment.deployment-ended", "environment.queue-left",
    ];

    /// <summary>Whether a stream has events that may go.</summary>
    internal static bool IsCompacted(string stream) =>
        stream.StartsWith(StreamNames.DeploymentPrefix, StringComparison.Ordinal) || stream.StartsWith(StreamNames.EnvironmentPrefix, StringComparison.Ordinal);
}
