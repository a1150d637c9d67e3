using Slipway.Core.Traffic;

namespace Slipway.Core.Strategies;

/// <summary>Switches everyone to the candidate in one write: blue becomes green. The old version keeps running, so the way back is one write too.</summary>
public sealed record SwitchStep : Step
{
    public override TrafficSplit Shape(TrafficSplit soFar) => soFar with { Weight = Weight.Full, Audience = null, Mirror = Weight.None };

    public override StepAnswer Judge(StepView view, DateTimeOffset now) =>
        view.InForceSince is not null ? new StepAnswer.Pass() : new StepAnswer.Wait("the router has not confirmed the switch");

    public override string Describe() => "switch everyone at once";
}
