using System.Collections.Immutable;
using Slipway.Core.Releases;
using Slipway.Core.Traffic;

namespace Slipway.Core.Deployments;

/// <summary>Everything that can happen to a deployment: a person's command, an effect's answer, an observation, or the passing of time.</summary>
public abstract record DeploymentInput
{
    private DeploymentInput()
    {
    }

    /// <summary>Time passed.</summary>
    public sealed record Tick : DeploymentInput;

    /// <summary>An effect ended. Ignored when the plan no longer wants its key.</summary>
    public sealed record Answered(string Key, EffectAnswer Answer) : DeploymentInput;

    /// <summary>An instance of the candidate exited by itself. Ignored when that start is no longer the newest, so that one exit never counts twice.</summary>
    /// <param name="Start">Which start it was: how many exits were known when the instance was seen to be ready.</param>
    /// <param name="Detail">Exit code and last lines printed, as far as known.</param>
    public sealed record CandidateExited(int Start, string Detail) : DeploymentInput;

    /// <summary>So many instances of a side are ready now, while more are being started.</summary>
    public sealed record InstancesReady(CandidateId Version, int Instances) : DeploymentInput;

    /// <summary>What the router really serves, read back.</summary>
    public sealed record Observed(TrafficSplit Split) : DeploymentInput;

    /// <summary>What the checks say now.</summary>
    /// <param name="HasEvidence">The candidate has answered something comparable.</param>
    /// <param name="SafeAt">Largest exposure shown safe; null when none is.</param>
    /// <param name="SafeEvidence">In words.</param>
    /// <param name="Failures">Checks that failed.</param>
    public sealed record Analysed(bool HasEvidence, Weight? SafeAt, string SafeEvidence, ImmutableArray<Evidence> Failures) : DeploymentInput
    {
        /// <summary>Why the checks cannot measure; null when they can.</summary>
        public string? Blind { get; init; }

        /// <summary>What follows from that at once; null: only time does.</summary>
        public Analysis.WhenBlind? WhenBlind { get; init; }
    }

    /// <summary>The candidate was flagged bad, here or elsewhere.</summary>
    public sealed record Condemned(string By, string Why) : DeploymentInput;

    /// <summary>Another candidate is to take its place.</summary>
    public sealed record Superseded(CandidateId Successor, string By) : DeploymentInput;

    /// <summary>A freeze or a stopped line says not to take another step (null: it no longer does).</summary>
    public sealed record Hold(string? Why) : DeploymentInput;

    /// <param name="Fully">Skip the rest of the steps, but no approval.</param>
    public sealed record Promote(string By, bool Fully = false) : DeploymentInput;

    public sealed record Approve(string By) : DeploymentInput;

    public sealed record Reject(string By, string? Reason) : DeploymentInput;

    public sealed record Pause(string By, string? Reason) : DeploymentInput;

    public sealed record Resume(string By) : DeploymentInput;

    public sealed record Abort(string By, string? Reason) : DeploymentInput;

    /// <summary>Something outside said yes or no.</summary>
    public sealed record Signalled(Signal Signal) : DeploymentInput;

    /// <summary>So many instances serve everyone from now on.</summary>
    public sealed record Scale(int Instances, string By) : DeploymentInput;
}

public abstract record EffectAnswer
{
    private EffectAnswer()
    {
    }

    public sealed record Done : EffectAnswer;

    /// <summary>The router took a split; this is what it serves, read back. Only what was asked for is a confirmation.</summary>
    public sealed record Serves(TrafficSplit Split) : EffectAnswer;

    /// <summary>It did not and will not work; a sentence for people.</summary>
    public sealed record Failed(string Reason) : EffectAnswer;
}
