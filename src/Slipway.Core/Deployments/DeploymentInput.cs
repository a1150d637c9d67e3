using System.Collections.Immutable;
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

    /// <summary>What the checks say now.</summary>
    /// <param name="HasEvidence">The candidate has answered something comparable.</param>
    /// <param name="SafeAt">Largest exposure shown safe; null when none is.</param>
    /// <param name="SafeEvidence">In words.</param>
    /// <param name="Failures">Checks that failed.</param>
    public sealed record Analysed(bool HasEvidence, Weight? SafeAt, string SafeEvidence, ImmutableArray<Evidence> Failures) : DeploymentInput;

    /// <summary>The candidate was flagged bad, here or elsewhere.</summary>
    public sealed record Condemned(string By, string Why) : DeploymentInput;

    public sealed record Promote(string By) : DeploymentInput;

    public sealed record Approve(string By) : DeploymentInput;

    public sealed record Pause(string By, string? Reason) : DeploymentInput;

    public sealed record Resume(string By) : DeploymentInput;

    public sealed record Abort(string By, string? Reason) : DeploymentInput;
}

public abstract record EffectAnswer
{
    private EffectAnswer()
    {
    }

    public sealed record Done : EffectAnswer;

    /// <summary>It did not and will not work; a sentence for people.</summary>
    public sealed record Failed(string Reason) : EffectAnswer;
}
