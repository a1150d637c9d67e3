using System.Text.Json.Serialization;

namespace Slipway.Core.Strategies;

/// <summary>Waits until the checks say that the present exposure is safe; asks a person when that takes longer than the time given.</summary>
public sealed record CheckStep(TimeSpan Within) : Step
{
    [JsonIgnore]
    public override bool AsksIfSafe => true;

    public override StepAnswer Judge(StepView view, DateTimeOffset now)
    {
        if (view.Promoted || !view.HasChecks)
            return new StepAnswer.Pass();
        if (view.InForceSince is not { } since)
            return new StepAnswer.Wait("the router has not confirmed the split that is to be checked");
        if (view.IsSafe)
            return new StepAnswer.Pass();
        var end = (since > view.EnteredAt ? since : view.EnteredAt) + Within;
        return now < end
            ? new StepAnswer.Wait("the checks have not enough evidence yet", end, Then.Asks)
            : new StepAnswer.Ask($"inconclusive: not enough evidence within {Durations.Text(Within)}");
    }

    public override string Describe() => "wait until the checks say safe";
}
