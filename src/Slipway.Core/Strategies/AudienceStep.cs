using Slipway.Core.Traffic;

namespace Slipway.Core.Strategies;

/// <summary>Sends an audience to the candidate side, whatever the weight.</summary>
public sealed record AudienceStep(AudienceRule Rule) : Step
{
    public override TrafficSplit Shape(TrafficSplit soFar) => soFar with { Audience = Rule };

    public override StepAnswer Judge(StepView view, DateTimeOffset now) =>
        view.InForceSince is not null ? new StepAnswer.Pass() : new StepAnswer.Wait("the router has not confirmed the audience");

    public override string Describe() => "send the internal audience to the candidate";
}
