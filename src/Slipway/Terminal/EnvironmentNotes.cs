using Slipway.Api;

namespace Slipway.Terminal;

/// <summary>What a person should know of an environment besides why it is as it is: what waits, who holds it, and whether a window is closed.</summary>
internal static class EnvironmentNotes
{
    public static IEnumerable<(string Lead, string Text, Tone Tone)> Of(EnvironmentStatus e)
    {
        foreach (var q in e.Queue.Where(q => !e.Why.StartsWith($"{q.Candidate} waits", StringComparison.Ordinal)))
            yield return ("waits", $"{q.Candidate}{(q.Kind == "rollback" ? " (rollback)" : "")}, asked for by {q.By}: {q.Why}", Tone.Candidate);
        if (e.Hold is { } hold && !e.Why.Contains(hold.Why, StringComparison.Ordinal))
            yield return ("held", $"nothing comes in by itself, says {hold.By}: {hold.Why}", Tone.Warn);
        if (e.Window is { IsOpen: false } window && !e.Why.Contains(window.Why, StringComparison.Ordinal))
            yield return ("closed", $"{window.Why}{(window.NextOpen is { } open ? $"; opens {Figures.Time(open)}" : "")}", Tone.Warn);
    }

    /// <summary>What keeps the next release from coming in by itself, in a word; null when nothing does.</summary>
    public static string? Holder(EnvironmentStatus e) => e.Hold is not null ? "held" : e.Window.IsOpen ? null : "closed";
}
