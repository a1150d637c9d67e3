using System.Collections.Immutable;
using Slipway.Core.Strategies;

namespace Slipway.Core.Deployments;

/// <summary>Where a deployment is, in plain words: why it is there and what comes next. Every state has both.</summary>
/// <param name="Why">Why it is where it is.</param>
/// <param name="Next">What happens next, or what a person can do.</param>
/// <param name="Until">When time alone will change something.</param>
public sealed record Story(string Why, string Next, DateTimeOffset? Until = null)
{
    public static Story Of(Deployment d, DateTimeOffset now) => d.Phase switch
    {
        Phase.Pending => new("it is about to start", "its first step begins"),
        Phase.Succeeded => new($"{d.Spec.Candidate.Candidate} serves the whole environment", "nothing is left to do"),
        Phase.RolledBack => new(RolledBack(d.Why), d.Spec.Stable is { } stable ? $"{stable.Candidate} serves everyone" : "nothing serves here; deploy a candidate that works"),
        Phase.RollingBack => GoingBack(d),
        _ when d.IsPaused => new($"paused: {d.PausedWhy}", d.PausedByItself ? "`slipway promote` to go on, `slipway abort` to go back" : "`slipway resume` to go on, `slipway abort` to go back"),
        _ when d.Overdue is { } overdue => new(overdue, "it is asked for again and again; a person should look at why"),
        Phase.Settling => new("all steps are done", $"when every gateway has confirmed that {d.Spec.Candidate.Candidate} serves everyone, the old version is drained and stopped"),
        _ when d.HeldWhy is { } held => new($"held: {held}", "it takes its next step when that ends; checks and rollbacks go on"),
        _ => OfStep(d, now),
    };

    /// <summary>The rest of the strategy, in words, from the step after the present one.</summary>
    public static ImmutableArray<string> StepsAfter(Deployment d) => [.. d.Spec.Steps.Skip(d.StepIndex + 1).Select(s => s.Describe())];

    private static Story GoingBack(Deployment d) => d switch
    {
        { Overdue: { } overdue } => new($"rolling back: {d.Why}; {overdue}", "it is asked for again and again; a person should look at the router"),
        _ when Plans.Hook(d) is { } hook => new($"rolling back: {d.Why}", $"nobody is on the candidate any more; the hook {hook.Hook.Name} undoes what was done"),
        _ => new($"rolling back: {d.Why}", "when every gateway has confirmed that nobody is on the candidate, it is stopped"),
    };

    private static Story OfStep(Deployment d, DateTimeOffset now)
    {
        var next = StepsAfter(d) is [var first, ..] ? $"then: {first}" : "then it is done";
        return d.Step?.Judge(Rollout.View(d), now) switch
        {
            StepAnswer.Wait { Then: Then.Asks, Until: { } patience } wait => new(wait.Why, $"as soon as they have, {next}; a person is asked in {Durations.Text(patience - now)}"),
            StepAnswer.Wait { Then: Then.GivesUp, Until: { } patience } wait => new(wait.Why, $"`slipway approve {d.Spec.Environment.Name}`, {next}; it is given up in {Durations.Text(patience - now)}"),
            StepAnswer.Wait wait => new(wait.Why, next, wait.Until),
            StepAnswer.Ask ask => new(ask.Why, "a person decides"),
            _ => new("the step is done", next),
        };
    }

    private static string RolledBack(string? why) => why is { Length: > 0 } ? $"rolled back: {why}" : "rolled back";
}
