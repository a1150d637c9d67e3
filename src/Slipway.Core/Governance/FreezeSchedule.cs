using System.Text.Json.Serialization;

namespace Slipway.Core.Governance;

/// <summary>When a freeze window lasts. All stretches are half-open: the start belongs to it, the end does not.</summary>
[JsonDerivedType(typeof(Once), "once")]
[JsonDerivedType(typeof(Recurring), "recurring")]
public abstract record FreezeSchedule
{
    private FreezeSchedule()
    {
    }

    /// <summary>The stretches that end later than a moment, by their start; null when the schedule cannot be read. May never end: take from it no more than you need.</summary>
    internal abstract IEnumerable<Stretch>? Stretches(DateTimeOffset after);

    /// <summary>One stretch.</summary>
    public sealed record Once(DateTimeOffset From, DateTimeOffset Until) : FreezeSchedule
    {
        internal override IEnumerable<Stretch> Stretches(DateTimeOffset after) => From < Until && after < Until ? [new Stretch(From, Until)] : [];
    }

    /// <summary>A stretch whenever a rule says so.</summary>
    /// <param name="Rule">A recurrence rule of RFC 5545, such as <c>FREQ=WEEKLY;BYDAY=FR</c>.</param>
    /// <param name="Start">The local time from which on the rule counts. It gives each stretch its time of day, and is one itself only when the rule says so.</param>
    /// <param name="Duration">How long each lasts; above zero, at most a year. Whole days are days of the calendar, what is left is time that passes.</param>
    /// <param name="Zone">IANA name of the time zone.</param>
    public sealed record Recurring(string Rule, DateTime Start, TimeSpan Duration, string Zone) : FreezeSchedule
    {
        internal override IEnumerable<Stretch>? Stretches(DateTimeOffset after) => Recurrence.Of(this)?.Stretches(after);
    }
}

/// <summary>From one moment until just before another.</summary>
internal readonly record struct Stretch(DateTimeOffset Start, DateTimeOffset End)
{
    public static Stretch Always { get; } = new(DateTimeOffset.MinValue, DateTimeOffset.MaxValue);
}
