using Slipway.Core.Traffic;

namespace Slipway.Core.Strategies;

/// <summary>Sends the candidate copies of a share of the requests that the stable side answers. Ends at the next weight.</summary>
/// <param name="Weight">Of the requests; above 0.</param>
/// <param name="For">Least healthy time to stay; zero: go on once it is in force.</param>
public sealed record MirrorStep(Weight Weight, TimeSpan For) : Step
{
    public override TrafficSplit Shape(TrafficSplit soFar) => soFar with { Mirror = Weight };

    public override StepAnswer Judge(StepView view, DateTimeOffset now)
    {
        if (view.InForceSince is null)
            return new StepAnswer.Wait("the router has not confirmed the mirror");
        if (view.Promoted)
            return new StepAnswer.Pass();
        if (view.Healthy.At(now) >= For)
            return Silence.Unless(view, For, now);
        return new StepAnswer.Wait($"mirroring {Weight}", view.Healthy.Reaches(For));
    }

    public override string Describe() => For > TimeSpan.Zero ? $"mirror {Weight} of requests for {Durations.Text(For)}" : $"mirror {Weight} of requests";
}
