namespace Slipway.Core.Strategies;

/// <summary>Waits with everything as it is, watching.</summary>
/// <param name="For">How long, not counting time spent paused or waiting for the router.</param>
public sealed record BakeStep(TimeSpan For) : Step
{
    public override StepAnswer Judge(StepView view, DateTimeOffset now)
    {
        if (view.Promoted)
            return new StepAnswer.Pass();
        if (view.InForceSince is not { } since)
            return new StepAnswer.Wait("the router has not confirmed the split that is to bake");
        var end = (since > view.EnteredAt ? since : view.EnteredAt) + For;
        return now >= end ? new StepAnswer.Pass() : new StepAnswer.Wait("baking", end);
    }

    public override string Describe() => $"bake for {Durations.Text(For)}";
}
