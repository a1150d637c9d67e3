namespace Slipway.Core.Strategies;

/// <summary>What a step answers when its time is over and the checks cannot say anything yet: it waits, and then asks a person.</summary>
public static class Silence
{
    internal const string Nothing = "the candidate has answered nothing that the checks could look at, and silence is no success";

    private static readonly TimeSpan Shortest = TimeSpan.FromHours(1);

    /// <summary>Where a check says to ask at once, it has at least this long to find anything at all.</summary>
    private static readonly TimeSpan Least = TimeSpan.FromMinutes(1);

    /// <summary>How much longer than its own time a step waits before a person is asked: twenty times as long, at least an hour.</summary>
    public static TimeSpan Patience(TimeSpan time) => time * 20 > Shortest ? time * 20 : Shortest;

    /// <summary>Goes on when the candidate has answered something, or nobody asked it, or no check would have looked.</summary>
    internal static StepAnswer Unless(StepView view, TimeSpan time, DateTimeOffset now) =>
        time > TimeSpan.Zero && view is { HasChecks: true, IsAsked: true, HasEvidence: false } ? Undecided(view, time, now, Nothing) : new StepAnswer.Pass();

    /// <param name="time">How long the step was to take.</param>
    internal static StepAnswer Undecided(StepView view, TimeSpan time, DateTimeOffset now, string why)
    {
        var begun = view.InForceSince is { } since && since > view.EnteredAt ? since : view.EnteredAt;
        var patience = begun + (!view.AsksWhenInconclusive ? time + Patience(time) : time > Least ? time : Least);
        return now < patience ? new StepAnswer.Wait(why, patience, Then.Asks) : new StepAnswer.Ask($"inconclusive: {why}");
    }
}
