using System.Text.Json.Serialization;
using Slipway.Core.Traffic;

namespace Slipway.Core.Strategies;

/// <summary>Sets the candidate side's weight and stays at least the hold; until safe, it stays until the checks allow more.</summary>
/// <param name="Weight">Share of the environment's users.</param>
/// <param name="Hold">Least healthy time at this weight.</param>
/// <param name="UntilSafe">Whether to wait for the checks to say that this exposure is safe.</param>
public sealed record WeightStep(Weight Weight, TimeSpan Hold, bool UntilSafe) : Step
{
    [JsonIgnore]
    public override bool AsksIfSafe => UntilSafe;

    public override TrafficSplit Shape(TrafficSplit soFar) => soFar with { Weight = Weight, Mirror = Weight.None };

    public override StepAnswer Judge(StepView view, DateTimeOffset now)
    {
        if (view.InForceSince is null)
            return new StepAnswer.Wait($"the router has not confirmed {Weight}");
        if (view.Promoted)
            return new StepAnswer.Pass();
        if (view.Healthy.At(now) < Hold)
            return new StepAnswer.Wait(view.Healthy.Runs ? $"holding {Weight}" : $"holding {Weight}, and the time does not count: {view.WhyUnhealthy}", view.Healthy.Reaches(Hold));
        if (UntilSafe && view.HasChecks)
            return view.IsSafe ? new StepAnswer.Pass() : Silence.Undecided(view, Hold, now, $"the checks have not yet shown that {Weight} is safe");
        return Hold == TimeSpan.Zero || !view.HasChecks || view.HasEvidence ? new StepAnswer.Pass() : Silence.Undecided(view, Hold, now, Silence.Nothing);
    }

    public override string Describe() => (Hold > TimeSpan.Zero, UntilSafe) switch
    {
        (true, true) => $"{Weight} of users for at least {Durations.Text(Hold)} and until safe",
        (false, true) => $"{Weight} of users until safe",
        (true, false) => $"{Weight} of users for {Durations.Text(Hold)}",
        _ => $"{Weight} of users",
    };
}
