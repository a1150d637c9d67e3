namespace Slipway.Core.Strategies;

/// <summary>
/// Starts fresh instances of the stable version, as many as the candidate has, and gives them as large a share of users as the candidate's:
/// what is compared from then on has the same size and age.
/// </summary>
public sealed record BaselineStep : Step
{
    public override StepAnswer Judge(StepView view, DateTimeOffset now) =>
        view.BaselineReady || view.Promoted ? new StepAnswer.Pass() : new StepAnswer.Wait("fresh instances of the stable version are starting");

    public override string Describe() => "start fresh instances of the stable version to compare with";
}
