namespace Slipway.Core.Strategies;

/// <summary>Says how many instances the candidate has, whatever its weight.</summary>
/// <param name="Instances">At least 1; null: in proportion to the weight again.</param>
public sealed record ScaleStep(int? Instances) : Step
{
    public override StepAnswer Judge(StepView view, DateTimeOffset now) =>
        view.CandidateReady ? new StepAnswer.Pass() : new StepAnswer.Wait("instances of the candidate are starting");

    public override string Describe() => Instances is { } count ? $"scale the candidate to {count}" : "scale the candidate in proportion to its weight";
}
