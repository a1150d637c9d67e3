using System.Text.Json.Serialization;

namespace Slipway.Core.Strategies;

/// <summary>Starts the candidate beside the stable version and waits until it is ready.</summary>
public sealed record DeployStep : Step
{
    [JsonIgnore]
    public override bool IsNeeded => true;

    public override StepAnswer Judge(StepView view, DateTimeOffset now) =>
        view.CandidateReady ? new StepAnswer.Pass() : new StepAnswer.Wait("the candidate is starting");

    public override string Describe() => "start the candidate beside the stable version";
}
