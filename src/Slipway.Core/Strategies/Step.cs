using System.Text.Json.Serialization;
using Slipway.Core.Deployments;
using Slipway.Core.Projects;
using Slipway.Core.Traffic;

namespace Slipway.Core.Strategies;

/// <summary>One line of a strategy: data and pure questions, <em>how do you want the traffic</em>, <em>what do you run</em> and <em>are you done</em>.</summary>
/// <remarks>A new step is a file of its own and one line here.</remarks>
[JsonDerivedType(typeof(DeployStep), "deploy")]
[JsonDerivedType(typeof(AudienceStep), "audience")]
[JsonDerivedType(typeof(WeightStep), "weight")]
[JsonDerivedType(typeof(BakeStep), "bake")]
[JsonDerivedType(typeof(CheckStep), "check")]
[JsonDerivedType(typeof(ApproveStep), "approve")]
[JsonDerivedType(typeof(PauseStep), "pause")]
[JsonDerivedType(typeof(SignalStep), "signal")]
[JsonDerivedType(typeof(HookStep), "hook")]
[JsonDerivedType(typeof(MirrorStep), "mirror")]
[JsonDerivedType(typeof(SwitchStep), "switch")]
[JsonDerivedType(typeof(BaselineStep), "baseline")]
[JsonDerivedType(typeof(ScaleStep), "scale")]
public abstract record Step
{
    /// <summary>The split once this step has begun, given what the steps before it made of it.</summary>
    public virtual TrafficSplit Shape(TrafficSplit soFar) => soFar;

    /// <summary>Whether the rollout may go on to the next step.</summary>
    public abstract StepAnswer Judge(StepView view, DateTimeOffset now);

    /// <summary>What it does, in a few words for people.</summary>
    public abstract string Describe();

    /// <summary>Whether it asks the checks if the present exposure is safe; each such exposure is a gate of the analysis.</summary>
    [JsonIgnore]
    public virtual bool AsksIfSafe => false;

    /// <summary>Whether a promotion that skips the rest still goes through it: nobody is sent to what has not started, and no approval is skipped.</summary>
    [JsonIgnore]
    public virtual bool IsNeeded => false;

    /// <summary>What is run once the step has begun; null: nothing.</summary>
    [JsonIgnore]
    public virtual HookSpec? Runs => null;
}

/// <summary>What a step answers.</summary>
public abstract record StepAnswer
{
    private StepAnswer()
    {
    }

    /// <summary>Done.</summary>
    public sealed record Pass : StepAnswer;

    /// <summary>Not yet.</summary>
    /// <param name="Why">In words for people.</param>
    /// <param name="Until">When time alone will change it.</param>
    /// <param name="Then">What happens when that time comes first.</param>
    public sealed record Wait(string Why, DateTimeOffset? Until = null, Then Then = Then.GoesOn) : StepAnswer;

    /// <summary>A person has to decide; the rollout is paused where it is.</summary>
    public sealed record Ask(string Why) : StepAnswer;

    /// <summary>It did not work out, and why; the deployment's policy for failures follows.</summary>
    public sealed record Fail(string Why, RollbackCause Cause) : StepAnswer;
}

/// <summary>What the end of a wait brings.</summary>
public enum Then
{
    GoesOn,

    /// <summary>The rollout stops and asks a person.</summary>
    Asks,

    /// <summary>The deployment is given up and goes back.</summary>
    GivesUp,
}
