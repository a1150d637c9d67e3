using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Slipway.Core.Analysis;
using Slipway.Core.Strategies;
using Slipway.Core.Traffic;

namespace Slipway.Core.Deployments;

/// <summary>The state of one deployment: the fold of its events. Only what was confirmed is in here; unknown is null.</summary>
public sealed partial record Deployment
{
    public static Deployment Empty { get; } = new();

    public DeploymentSpec Spec { get; init; } = null!;

    public Phase Phase { get; init; }

    public int StepIndex { get; init; } = -1;

    /// <summary>When the step began, moved later by pauses.</summary>
    public DateTimeOffset StepEnteredAt { get; init; }

    /// <summary>Time in this step during which everything was as it should be.</summary>
    public CountedTime Healthy { get; init; }

    /// <summary>Time in which only a person could let it go on: paused without an end, or waiting for approvals. Freezes do not count.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public CountedTime WaitedForPeople { get; init; }

    public DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Exits of the candidate that nobody asked for.</summary>
    public int Exits { get; init; }

    public string? LastExit { get; init; }

    /// <summary>The split that the router confirmed; null while a change is under way and nobody knows which one serves.</summary>
    public TrafficSplit? Confirmed { get; init; }

    /// <summary>When it was confirmed, moved later by pauses.</summary>
    public DateTimeOffset ConfirmedAt { get; init; }

    /// <summary>Counts the changes of the wanted split, so that a late answer to an earlier one is recognisable.</summary>
    public int SplitNumber { get; init; }

    public bool EvidenceSeen { get; init; }

    /// <summary>Why the checks cannot measure; null when they can.</summary>
    public string? Blind { get; init; }

    public DateTimeOffset BlindSince { get; init; }

    /// <summary>Exposures the checks showed to be safe.</summary>
    public ImmutableArray<Weight> ShownSafe { get; init; } = [];

    public ImmutableArray<Evidence> Failures { get; init; } = [];

    public ImmutableArray<string> Approvals { get; init; } = [];

    /// <summary>The newest word of each outside signal.</summary>
    public ImmutableArray<Signal> Signals { get; init; } = [];

    /// <summary>How what the present step runs ended; null while it has not.</summary>
    public HookOutcome? Hook { get; init; }

    /// <summary>Steps whose hooks succeeded, in the order in which they did.</summary>
    public ImmutableArray<int> HooksDone { get; init; } = [];

    /// <summary>How many compensations and rollback hooks ended, well or not.</summary>
    public int Undone { get; init; }

    /// <summary>A person said to go on with the present step.</summary>
    public bool Promoted { get; init; }

    /// <summary>A person said to skip the rest of the steps.</summary>
    public bool PromotedFully { get; init; }

    public DateTimeOffset? PausedAt { get; init; }

    public string? PausedWhy { get; init; }

    /// <summary>Who paused it; <c>slipway</c> when it stopped itself.</summary>
    public string? PausedBy { get; init; }

    /// <summary>The rollout stopped itself and asked; resuming is a person's answer.</summary>
    public bool PausedByItself { get; init; }

    /// <summary>Why it may not take another step for now (a freeze, a stopped line); null when it may. It is no pause: checks and rollbacks go on.</summary>
    public string? HeldWhy { get; init; }

    public RollbackCause? Cause { get; init; }

    public string? Why { get; init; }

    /// <summary>What takes longer than it may and is tried again and again, because there is nothing better to do; null when nothing does.</summary>
    public string? Overdue { get; init; }

    /// <summary>When the candidate's instances that are still missing were asked for.</summary>
    public DateTimeOffset StartWantedAt { get; init; }

    /// <summary>When the fresh instances of the stable version that are still missing were asked for.</summary>
    public DateTimeOffset BaselineWantedAt { get; init; }

    /// <summary>When another number of instances of the stable version was asked for.</summary>
    public DateTimeOffset StableWantedAt { get; init; }

    /// <summary>When the split that is not confirmed was asked for.</summary>
    public DateTimeOffset SplitWantedAt { get; init; }

    /// <summary>When the hook that has not answered was asked for.</summary>
    public DateTimeOffset HookWantedAt { get; init; }

    public bool IsEnded => Phase is Phase.Succeeded or Phase.RolledBack;

    public bool IsPaused => PausedAt is not null;

    public bool WaitsForPeople => Phase is Phase.Progressing or Phase.Settling && (IsPaused || Step is ApproveStep);

    public bool IsFirst => Spec.Stable is null;

    public Step? Step => StepIndex >= 0 && StepIndex < Spec.Steps.Length ? Spec.Steps[StepIndex] : null;

    /// <summary>The steps that have begun.</summary>
    internal IEnumerable<Step> Begun => Spec.Steps.Take(StepIndex + 1);

    /// <summary>How many exits are answered by a new start.</summary>
    public int Restarts => Spec.Checks.OfType<CheckSpec.Outage>().FirstOrDefault()?.Restarts ?? 0;

    /// <summary>The candidate exited more often than it may and a person was asked: until they answer it is not started again, or it would exit for ever.</summary>
    public bool IsCrashLoopHalted => PausedByItself && Exits > Restarts;

    public bool HasChecks => Spec.Checks.Any(c => c is not CheckSpec.Outage);

    public bool IsSafe => ShownSafe.Any(e => e >= ExposureNow);

    /// <summary>The exposures at which a step asks the checks, smallest first.</summary>
    public static ImmutableArray<Weight> Gates(DeploymentSpec spec)
    {
        var split = TrafficSplit.Only(null);
        var gates = new SortedSet<Weight>();
        foreach (var step in spec.Steps)
        {
            split = step.Shape(split);
            if (step.AsksIfSafe)
                gates.Add(Exposure.Of(spec.Slice, split));
        }

        return [.. gates];
    }
}
