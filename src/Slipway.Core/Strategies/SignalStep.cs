using Slipway.Core.Deployments;

namespace Slipway.Core.Strategies;

/// <summary>Waits until something outside says yes; a no takes the candidate back.</summary>
/// <param name="Name">Which signal.</param>
/// <param name="Within">How long it may take; then a person is asked.</param>
public sealed record SignalStep(string Name, TimeSpan Within) : Step
{
    public override StepAnswer Judge(StepView view, DateTimeOffset now) => view switch
    {
        { Promoted: true } => new StepAnswer.Pass(),
        _ when view.Signal(Name) is { Passed: true } => new StepAnswer.Pass(),
        _ when now < view.EnteredAt + Within => new StepAnswer.Wait($"waiting for the signal {Name}", view.EnteredAt + Within, Then.Asks),
        _ => new StepAnswer.Ask($"no signal {Name} within {Durations.Text(Within)}"),
    };

    public override string Describe() => $"wait for the signal {Name}";
}
