using System.Text.Json.Serialization;
using Slipway.Core.Traffic;

namespace Slipway.Core.Deployments;

/// <summary>What became true of a deployment. Stored for ever; the type names are part of the stored format.</summary>
[JsonDerivedType(typeof(Started), "deployment.started")]
[JsonDerivedType(typeof(StepEntered), "deployment.step-entered")]
[JsonDerivedType(typeof(CandidateReady), "deployment.candidate-ready")]
[JsonDerivedType(typeof(CandidateExited), "deployment.candidate-exited")]
[JsonDerivedType(typeof(SplitConfirmed), "deployment.split-confirmed")]
[JsonDerivedType(typeof(EvidenceSeen), "deployment.evidence-seen")]
[JsonDerivedType(typeof(ShownSafe), "deployment.shown-safe")]
[JsonDerivedType(typeof(CheckFailed), "deployment.check-failed")]
[JsonDerivedType(typeof(Approved), "deployment.approved")]
[JsonDerivedType(typeof(Promoted), "deployment.promoted")]
[JsonDerivedType(typeof(Paused), "deployment.paused")]
[JsonDerivedType(typeof(Resumed), "deployment.resumed")]
[JsonDerivedType(typeof(StepsCompleted), "deployment.steps-completed")]
[JsonDerivedType(typeof(RollbackStarted), "deployment.rollback-started")]
[JsonDerivedType(typeof(Succeeded), "deployment.succeeded")]
[JsonDerivedType(typeof(RolledBack), "deployment.rolled-back")]
public abstract record DeploymentEvent(DateTimeOffset At)
{
    public sealed record Started(DeploymentSpec Spec, DateTimeOffset At) : DeploymentEvent(At);

    public sealed record StepEntered(int Index, DateTimeOffset At) : DeploymentEvent(At);

    public sealed record CandidateReady(DateTimeOffset At) : DeploymentEvent(At);

    public sealed record CandidateExited(string Detail, DateTimeOffset At) : DeploymentEvent(At);

    /// <summary>Every gateway serves this split.</summary>
    public sealed record SplitConfirmed(TrafficSplit Split, DateTimeOffset At) : DeploymentEvent(At);

    /// <summary>The candidate answered something that the checks could look at.</summary>
    public sealed record EvidenceSeen(DateTimeOffset At) : DeploymentEvent(At);

    /// <summary>The checks showed that this exposure (a share of all the project's users) is safe.</summary>
    public sealed record ShownSafe(Weight Exposure, string Evidence, DateTimeOffset At) : DeploymentEvent(At);

    public sealed record CheckFailed(Evidence Evidence, DateTimeOffset At) : DeploymentEvent(At);

    public sealed record Approved(string By, DateTimeOffset At) : DeploymentEvent(At);

    /// <summary>A person said to go on without waiting for the present step.</summary>
    public sealed record Promoted(string By, DateTimeOffset At) : DeploymentEvent(At);

    public sealed record Paused(string By, string Why, DateTimeOffset At) : DeploymentEvent(At);

    public sealed record Resumed(string By, DateTimeOffset At) : DeploymentEvent(At);

    public sealed record StepsCompleted(DateTimeOffset At) : DeploymentEvent(At);

    public sealed record RollbackStarted(RollbackCause Cause, string Why, DateTimeOffset At) : DeploymentEvent(At);

    public sealed record Succeeded(DateTimeOffset At) : DeploymentEvent(At);

    public sealed record RolledBack(DateTimeOffset At) : DeploymentEvent(At);
}

/// <summary>Why a deployment goes back.</summary>
public enum RollbackCause
{
    /// <summary>A check failed, or the candidate was flagged: it is bad everywhere.</summary>
    Bad,

    /// <summary>A person aborted it; nothing is said about the candidate.</summary>
    Aborted,

    /// <summary>It could not be carried out (did not start, router did not answer); nothing is said about the candidate elsewhere.</summary>
    Failed,
}

/// <summary>What a check found, in figures and in a sentence. Kept with the deployment for good.</summary>
/// <param name="Check">Name of the check.</param>
/// <param name="Summary">A sentence for people.</param>
/// <param name="LogEvidence">Natural logarithm of the e-value; null for a rule without one.</param>
/// <param name="LogLimit">Where it fails.</param>
public sealed record Evidence(
    string Check, string Summary, double? LogEvidence, double? LogLimit,
    long CandidateRequests, long CandidateErrors, long BaselineRequests, long BaselineErrors);
