namespace Slipway.Core.Strategies;

/// <summary>Stops and waits: for a time, or until a person says to go on.</summary>
/// <param name="For">How long, healthy or not, not counting pauses that people add; null: until a person promotes or resumes.</param>
public sealed record PauseStep(TimeSpan? For) : Step
{
    public override StepAnswer Judge(StepView view, DateTimeOffset now) => (view.Promoted, For) switch
    {
        (true, _) => new StepAnswer.Pass(),
        (_, null) => new StepAnswer.Ask("the strategy pauses here until a person goes on"),
        (_, { } time) when now >= view.EnteredAt + time => new StepAnswer.Pass(),
        (_, { } time) => new StepAnswer.Wait("pausing, as the strategy says", view.EnteredAt + time),
    };

    public override string Describe() => For is { } time ? $"pause for {Durations.Text(time)}" : "pause until a person goes on";
}
