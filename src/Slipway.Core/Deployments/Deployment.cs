using System.Collections.Immutable;
using Slipway.Core.Analysis;
using Slipway.Core.Strategies;
using Slipway.Core.Traffic;

namespace Slipway.Core.Deployments;

public enum Phase
{
    /// <summary>Nothing has been decided yet.</summary>
    Pending,

    /// <summary>Going through its steps.</summary>
    Progressing,

    /// <summary>All steps done; the candidate becomes the stable side.</summary>
    Settling,

    /// <summary>All traffic goes back to the stable side.</summary>
    RollingBack,

    /// <summary>The candidate serves the whole environment.</summary>
    Succeeded,

    /// <summary>No traffic is on the candidate.</summary>
    RolledBack,
}

/// <summary>The state of one deployment: the fold of its events. Only what was confirmed is in here; unknown is null.</summary>
public sealed record Deployment
{
    public static Deployment Empty { get; } = new();

    public DeploymentSpec Spec { get; init; } = null!;

    public Phase Phase { get; init; }

    public int StepIndex { get; init; } = -1;

    /// <summary>When the step began, moved later by pauses.</summary>
    public DateTimeOffset StepEnteredAt { get; init; }

    public DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public bool CandidateReady { get; init; }

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

    /// <summary>Exposures the checks showed to be safe.</summary>
    public ImmutableArray<Weight> ShownSafe { get; init; } = [];

    public ImmutableArray<Evidence> Failures { get; init; } = [];

    public ImmutableArray<string> Approvals { get; init; } = [];

    /// <summary>A person said to go on with the present step.</summary>
    public bool Promoted { get; init; }

    public DateTimeOffset? PausedAt { get; init; }

    public string? PausedWhy { get; init; }

    /// <summary>The rollout stopped itself and asked; resuming is a person's answer.</summary>
    public bool PausedByItself { get; init; }

    public RollbackCause? Cause { get; init; }

    public string? Why { get; init; }

    /// <summary>The candidate's share as the router confirmed it; null while nobody knows.</summary>
    public Weight? ConfirmedWeight => Confirmed switch
    {
        null => null,
        { Candidate: not null } split => split.Weight,
        _ => Confirmed.Stable == Spec.Candidate.Candidate ? Weight.Full : Weight.None,
    };

    public bool IsEnded => Phase is Phase.Succeeded or Phase.RolledBack;

    public bool IsPaused => PausedAt is not null;

    public bool IsFirst => Spec.Stable is null;

    public Step? Step => StepIndex >= 0 && StepIndex < Spec.Steps.Length ? Spec.Steps[StepIndex] : null;

    /// <summary>Whether the candidate has been asked to start: the deploy step has begun.</summary>
    public bool CandidateWanted => Phase is Phase.Settling || (Phase is Phase.Progressing && Spec.Steps.Take(StepIndex + 1).Any(s => s is DeployStep));

    /// <summary>How many exits are answered by a new start.</summary>
    public int Restarts => Spec.Checks.OfType<CheckSpec.Outage>().FirstOrDefault()?.Restarts ?? 0;

    /// <summary>The candidate exited more often than it may and a person was asked: until they answer it is not started again, or it would exit for ever.</summary>
    public bool IsCrashLoopHalted => PausedByItself && Exits > Restarts;

    public bool HasChecks => Spec.Checks.Any(c => c is not CheckSpec.Outage);

    /// <summary>How the traffic should be split now. Weight follows readiness: nobody is sent to what is not there.</summary>
    public TrafficSplit Wanted => Phase switch
    {
        Phase.Succeeded => TrafficSplit.Only(Spec.Candidate.Candidate),
        Phase.Settling when CandidateReady => TrafficSplit.Only(Spec.Candidate.Candidate),
        Phase.Progressing when CandidateReady => Shaped,
        _ => TrafficSplit.Only(Spec.Stable?.Candidate),
    };

    /// <summary>The share of this environment's users that the present step wants on the candidate.</summary>
    public Weight Weight => Phase is Phase.Settling or Phase.Succeeded ? Weight.Full : Shaped.Weight;

    /// <summary>The share of all the project's users that the present step exposes.</summary>
    public Weight ExposureNow => Exposure.Of(Spec.Slice, Phase is Phase.Settling or Phase.Succeeded ? Shaped with { Weight = Weight.Full } : Shaped);

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

    private TrafficSplit Shaped =>
        Spec.Steps.Take(StepIndex + 1).Aggregate(new TrafficSplit(Spec.Stable?.Candidate, Spec.Candidate.Candidate, Weight.None, null), (split, step) => step.Shape(split));
}
