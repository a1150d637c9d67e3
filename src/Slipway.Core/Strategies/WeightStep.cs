using System.Text.Json.Serialization;
using Slipway.Core.Traffic;

namespace Slipway.Core.Strategies;

/// <summary>Sets the candidate side's weight and stays at least the hold; until safe, it stays until the checks allow more.</summary>
/// <param name="Weight">Share of the environment's users.</param>
/// <param name="Hold">Least healthy time at this weight.</param>
/// <param name="UntilSafe">Whether to wait for the checks to say that this exposure is safe.</param>
public sealed record WeightStep(Weight Weight, TimeSpan Hold, bool UntilSafe) : Step
{
    /// <summary>A rollout whose checks cannot decide asks a person after twenty holds, but not before this.</summary>
    public static readonly TimeSpan ShortestPatience = TimeSpan.FromHours(1);

    [JsonIgnore]
    public override bool AsksIfSafe => UntilSafe;

    public override TrafficSplit Shape(TrafficSplit soFar) => soFar with { Weight = Weight, Mirror = Weight.None };

    public override StepAnswer Judge(StepView view, DateTimeOffset now)
    {
        if (view.InForceSince is not { } since)
            return new StepAnswer.Wait($"the router has not confirmed {Weight}");
        if (view.Promoted)
            return new StepAnswer.Pass();
        if (view.Healthy.At(now) < Hold)
            return new StepAnswer.Wait(view.Healthy.Runs ? $"holding {Weight}" : $"holding {Weight}, and the time does not count: {view.WhyUnhealthy}", view.Healthy.Reaches(Hold));
        if (UntilSafe && view.HasChecks)
            return view.IsSafe ? new StepAnswer.Pass() : Undecided(view, since, now, $"the checks have not yet shown that {Weight} is safe");
        return Hold == TimeSpan.Zero || !view.HasChecks || view.HasEvidence
            ? new StepAnswer.Pass()
            : Undecided(view, since, now, "the candidate has answered nothing that the checks could look at, and silence is no success");
    }

    public override string Describe() => (Hold > TimeSpan.Zero, UntilSafe) switch
    {
        (true, true) => $"{Weight} of users for at least {Durations.Text(Hold)} and until safe",
        (false, true) => $"{Weight} of users until safe",
        (true, false) => $"{Weight} of users for {Durations.Text(Hold)}",
        _ => $"{Weight} of users",
    };

    private StepAnswer Undecided(StepView view, DateTimeOffset since, DateTimeOffset now, string why)
    {
        var patience = (since > view.EnteredAt ? since : view.EnteredAt) + Hold + (Hold * 20 > ShortestPatience ? Hold * 20 : ShortestPatience);
        return now < patience ? new StepAnswer.Wait(why, patience, Then.Asks) : new StepAnswer.Ask($"inconclusive: {why}");
    }
}
