using System.Text.Json.Serialization;
using Slipway.Core.Traffic;

namespace Slipway.Core.Strategies;

/// <summary>One line of a strategy: data and two pure questions, <em>how do you want the traffic</em> and <em>are you done</em>.</summary>
/// <remarks>A new step is a file of its own and one line here.</remarks>
[JsonDerivedType(typeof(DeployStep), "deploy")]
[JsonDerivedType(typeof(AudienceStep), "audience")]
[JsonDerivedType(typeof(WeightStep), "weight")]
[JsonDerivedType(typeof(BakeStep), "bake")]
[JsonDerivedType(typeof(CheckStep), "check")]
[JsonDerivedType(typeof(ApproveStep), "approve")]
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
}

/// <summary>What a step answers.</summary>
public abstract record StepAnswer
{
    private StepAnswer()
    {
    }

    /// <summary>Done.</summary>
    public sealed record Pass : StepAnswer;

    /// <summary>Not yet: why, in words for people, and when time alone will change it (it then goes on, or, when it asks, stops and asks a person).</summary>
    public sealed record Wait(string Why, DateTimeOffset? Until = null, bool ThenAsks = false) : StepAnswer;

    /// <summary>A person has to decide; the rollout is paused where it is.</summary>
    public sealed record Ask(string Why) : StepAnswer;
}
