using Ical.Net.DataTypes;
using Ical.Net.Evaluation;
using NodaTime;

namespace Slipway.Core.Governance;

/// <summary>
/// The stretches of a recurring schedule. The library is asked for local times only, and they become moments here: given a zone, it moves
/// <c>BYHOUR=3</c> to four o'clock on the day on which the clocks go forward.
/// </summary>
internal sealed class Recurrence
{
    /// <summary>A rule whose next stretch is further away than this many of its periods (years of 29 February, days of a daily one) has none.</summary>
    private const int MostEmptyPeriods = 3000;

    /// <summary>No calendar goes further.</summary>
    private const int LastYear = 9000;

    private readonly FreezeSchedule.Recurring schedule;
    private readonly RuleText rule;
    private readonly DateTimeZone zone;

    private Recurrence(FreezeSchedule.Recurring schedule, RuleText rule, DateTimeZone zone) => (this.schedule, this.rule, this.zone) = (schedule, rule, zone);

    /// <summary>Null when the rule is none, the zone is unknown, or it would last no time.</summary>
    public static Recurrence? Of(FreezeSchedule.Recurring schedule) =>
        schedule.Duration > TimeSpan.Zero && RuleText.Read(schedule.Rule).Rule is { } rule && Zones.Find(schedule.Zone) is { } zone ? new Recurrence(schedule, rule, zone) : null;

    /// <summary>Those that end later than a moment, by their start.</summary>
    public IEnumerable<Stretch> Stretches(DateTimeOffset after)
    {
        foreach (var local in Starts(Earliest(after)))
        {
            var start = zone.Moment(local);
            if (local.Year > LastYear || (rule.Until is { } until && (until.Kind is DateTimeKind.Utc ? start.UtcDateTime > until : local > until)))
                yield break;
            var end = End(local);
            if (end > after)
                yield return new Stretch(start, end);
        }
    }

    /// <summary>
    /// Whole days are days of the calendar, so that a window from Friday to Monday ends at the same time of day whatever the clocks do
    /// between; what is left is time that passes.
    /// </summary>
    private DateTimeOffset End(DateTime local) => zone.Moment(local.AddDays(schedule.Duration.Days)) + (schedule.Duration - TimeSpan.FromDays(schedule.Duration.Days));

    /// <summary>A local time before the start of whatever may still last, with days to spare for what clocks do.</summary>
    private DateTime Earliest(DateTimeOffset after)
    {
        var reach = schedule.Duration + TimeSpan.FromDays(2);
        return after.UtcDateTime - DateTime.MinValue <= reach || after.UtcDateTime - reach <= schedule.Start ? schedule.Start : after.UtcDateTime - reach;
    }

    private IEnumerable<DateTime> Starts(DateTime earliest)
    {
        using var periods = new RecurrencePatternEvaluator(new RecurrenceRule(rule.Rule))
            .Evaluate(Floating(schedule.Start), rule.Counts ? Floating(schedule.Start) : Floating(earliest), new EvaluationOptions { MaxUnmatchedIncrementsLimit = MostEmptyPeriods })
            .GetEnumerator();
        while (Advances(periods))
            yield return periods.Current.StartTime.Value;
    }

    /// <summary>The library says by an exception that it found nothing, or that the calendar ends.</summary>
    private static bool Advances(IEnumerator<Ical.Net.DataTypes.Period> periods)
    {
        try
        {
            return periods.MoveNext();
        }
        catch (EvaluationException)
        {
            return false;
        }
    }

    private static CalDateTime Floating(DateTime local) => new(DateTime.SpecifyKind(local, DateTimeKind.Unspecified), hasTime: true);
}
