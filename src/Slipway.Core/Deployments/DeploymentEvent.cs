using System.Text.Json.Serialization;
using Slipway.Core.Traffic;

namespace Slipway.Core.Deployments;

/// <summary>What became true of a deployment. Stored for ever; the type names are part of the stored format.</summary>
[JsonDerivedType(typeof(Started), "deployment.started")]
[JsonDerivedType(typeof(StepEntered), "deployment.step-entered")]
[JsonDerivedType(typeof(CandidateReady), "deployment.candidate-ready")]
[JsonDerivedType(typeof(CandidateExited), "deployment.candidate-exited")]
[JsonDerivedType(typeof(StableReady), "deployment.stable-ready")]
[JsonDerivedType(typeof(BaselineReady), "deployment.baseline-ready")]
[JsonDerivedType(typeof(Scaled), "deployment.scaled")]
[JsonDerivedType(typeof(SplitConfirmed), "deployment.split-confirmed")]
[JsonDerivedType(typeof(SplitLost), "deployment.split-lost")]
[JsonDerivedType(typeof(EvidenceSeen), "deployment.evidence-seen")]
[JsonDerivedType(typeof(MeasuringLost), "deployment.measuring-lost")]
[JsonDerivedType(typeof(MeasuringBack), "deployment.measuring-back")]
[JsonDerivedType(typeof(ShownSafe), "deployment.shown-safe")]
[JsonDerivedType(typeof(CheckFailed), "deployment.check-failed")]
[JsonDerivedType(typeof(SignalReceived), "deployment.signal-received")]
[JsonDerivedType(typeof(HookSucceeded), "deployment.hook-succeeded")]
[JsonDerivedType(typeof(HookFailed), "deployment.hook-failed")]
[JsonDerivedType(typeof(Approved), "deployment.approved")]
[JsonDerivedType(typeof(Promoted), "deployment.promoted")]
[JsonDerivedType(typeof(PromotedFully), "deployment.promoted-fully")]
[JsonDerivedType(typeof(Paused), "deployment.paused")]
[JsonDerivedType(typeof(Resumed), "deployment.resumed")]
[JsonDerivedType(typeof(Held), "deployment.held")]
[JsonDerivedType(typeof(Released), "deployment.released")]
[JsonDerivedType(typeof(Overdue), "deployment.overdue")]
[JsonDerivedType(typeof(StepsCompleted), "deployment.steps-completed")]
[JsonDerivedType(typeof(RollbackStarted), "deployment.rollback-started")]
[JsonDerivedType(typeof(Succeeded), "deployment.succeeded")]
[JsonDerivedType(typeof(RolledBack), "deployment.rolled-back")]
public abstract record DeploymentEvent(DateTimeOffset At)
{
    public sealed record Started(DeploymentSpec Spec, DateTimeOffset At) : DeploymentEvent(At);

    public sealed record StepEntered(int Index, DateTimeOffset At) : DeploymentEvent(At);

    /// <summary>So many instances of the candidate are ready.</summary>
    public sealed record CandidateReady(DateTimeOffset At, int Instances = 1) : DeploymentEvent(At);

    public sealed record CandidateExited(string Detail, DateTimeOffset At) : DeploymentEvent(At);

    /// <summary>So many instances of the stable version are ready, after it was scaled.</summary>
    public sealed record StableReady(int Instances, DateTimeOffset At) : DeploymentEvent(At);

    /// <summary>So many fresh instances of the stable version are ready.</summary>
    public sealed record BaselineReady(int Instances, DateTimeOffset At) : DeploymentEvent(At);

    /// <summary>The environment has another number of instances from now on.</summary>
    public sealed record Scaled(int Instances, string By, DateTimeOffset At) : DeploymentEvent(At);

    /// <summary>Every gateway serves this split.</summary>
    public sealed record SplitConfirmed(TrafficSplit Split, DateTimeOffset At) : DeploymentEvent(At);

    /// <summary>What was confirmed was read back, and something else is served.</summary>
    public sealed record SplitLost(TrafficSplit Observed, DateTimeOffset At) : DeploymentEvent(At);

    /// <summary>The candidate answered something that the checks could look at.</summary>
    public sealed record EvidenceSeen(DateTimeOffset At) : DeploymentEvent(At);

    /// <summary>The checks cannot measure any more; until they can, no time counts.</summary>
    public sealed record MeasuringLost(string Why, DateTimeOffset At) : DeploymentEvent(At);

    public sealed record MeasuringBack(DateTimeOffset At) : DeploymentEvent(At);

    /// <summary>The checks showed that this exposure (a share of all the project's users) is safe.</summary>
    public sealed record ShownSafe(Weight Exposure, string Evidence, DateTimeOffset At) : DeploymentEvent(At);

    public sealed record CheckFailed(Evidence Evidence, DateTimeOffset At) : DeploymentEvent(At);

    public sealed record SignalReceived(Signal Signal, DateTimeOffset At) : DeploymentEvent(At);

    /// <summary>Something of the user's own ran and succeeded. The key says which: a step's hook, or one on the way back.</summary>
    public sealed record HookSucceeded(string Key, DateTimeOffset At) : DeploymentEvent(At);

    /// <summary>It did not succeed, after all its retries.</summary>
    public sealed record HookFailed(string Key, string Why, DateTimeOffset At) : DeploymentEvent(At);

    public sealed record Approved(string By, DateTimeOffset At) : DeploymentEvent(At);

    /// <summary>A person said to go on without waiting for the present step.</summary>
    public sealed record Promoted(string By, DateTimeOffset At) : DeploymentEvent(At);

    /// <summary>A person said to skip the rest of the steps.</summary>
    public sealed record PromotedFully(string By, DateTimeOffset At) : DeploymentEvent(At);

    public sealed record Paused(string By, string Why, DateTimeOffset At) : DeploymentEvent(At);

    public sealed record Resumed(string By, DateTimeOffset At) : DeploymentEvent(At);

    /// <summary>A freeze or a stopped line keeps it from taking another step.</summary>
    public sealed record Held(string Why, DateTimeOffset At) : DeploymentEvent(At);

    public sealed record Released(DateTimeOffset At) : DeploymentEvent(At);

    /// <summary>Something takes longer than it may and is tried again; a person should look.</summary>
    public sealed record Overdue(string What, DateTimeOffset At) : DeploymentEvent(At);

    public sealed record StepsCompleted(DateTimeOffset At) : DeploymentEvent(At);

    public sealed record RollbackStarted(RollbackCause Cause, string Why, DateTimeOffset At) : DeploymentEvent(At);

    public sealed record Succeeded(DateTimeOffset At) : DeploymentEvent(At);

    public sealed record RolledBack(DateTimeOffset At) : DeploymentEvent(At);
}
