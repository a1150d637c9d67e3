namespace Slipway.Core.Strategies;

/// <summary>Waits with everything as it is, watching.</summary>
/// <param name="For">How long. Only healthy time counts: not while paused, not ready, not confirmed by the router, or not measurable.</param>
public sealed record BakeStep(TimeSpan For) : Step
{
    public override StepAnswer Judge(StepView view, DateTimeOffset now)
    {
        if (view.Promoted)
            return new StepAnswer.Pass();
        if (view.Healthy.At(now) >= For)
            return Silence.Unless(view, For, now);
        return view.Healthy.Reaches(For) is { } end
            ? new StepAnswer.Wait("baking", end)
            : new StepAnswer.Wait($"baking stands still at {Durations.Text(view.Healthy.At(now))} of {Durations.Text(For)}: {view.WhyUnhealthy}");
    }

    public override string Describe() => $"bake for {Durations.Text(For)}";
}
