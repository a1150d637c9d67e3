using System.Collections.Immutable;
using System.Globalization;
using Slipway.Core.Configuration;
using Slipway.Core.Projects;

namespace Slipway.Core.Governance;

/// <summary>What must hold of freeze windows, however they were written.</summary>
public static class FreezeRules
{
    /// <summary>Years in which a window can begin and end.</summary>
    public const int FirstYear = 2000, LastYear = 2199;

    /// <summary>Everything wrong with a window that did not come from a document; empty when it is sound.</summary>
    public static ImmutableArray<Problem> Check(FreezeWindow window)
    {
        ArgumentNullException.ThrowIfNull(window);
        var findings = new Findings();
        Check(window, "", findings);
        return findings.ToProblems();
    }

    internal static void Check(Project project, Findings findings)
    {
        var known = project.Environments.Select(e => e.Name.Value).Where(n => n.Length > 0).ToArray();
        var namesRead = known.Length == project.Environments.Length && known.Length > 0;
        var names = new HashSet<FreezeName>();
        foreach (var (window, path) in project.Freezes.Select((w, i) => (w, $"freezes[{i}]")).Where(f => !findings.IsBroken(f.Item2)).ToArray())
        {
            Check(window, $"{path}.", findings);
            if (!names.Add(window.Name))
                findings.Add(ProblemCode.DuplicateFreeze, $"{path}.name", $"there are two freezes named '{window.Name}'", "give one of them another name");
            foreach (var (name, i) in window.Scope.Environments.Select((n, i) => (n.Value, i)).Where(n => namesRead && !known.Contains(n.Value)))
                findings.Add(ProblemCode.UnknownEnvironment, $"{path}.environments[{i}]", $"there is no environment named '{name}'", Nearest.Advice(name, known));
        }
    }

    private static void Check(FreezeWindow window, string path, Findings findings)
    {
        if (!Scalars.IsName(window.Name.Value))
            findings.Add(ProblemCode.BadName, $"{path}name", $"{Value.Quote(window.Name.Value)} is no name", Scalars.NameRemedy);
        if (window.Reason is { } reason && !Scalars.IsLine(reason))
            findings.Add(ProblemCode.BadValue, $"{path}reason", $"{Value.Quote(reason)} is empty, longer than 4,096 characters or has control characters", "write one line that says why");
        var at = $"{path}{(window.Kind is FreezeKind.Deny ? "deny" : "allow")}.";
        switch (window.Schedule)
        {
            case FreezeSchedule.Once once:
                CheckOnce(once, at, findings);
                break;
            case FreezeSchedule.Recurring recurring:
                CheckRecurring(recurring, at, findings);
                break;
        }
    }

    private static void CheckOnce(FreezeSchedule.Once once, string at, Findings findings)
    {
        if (CheckYear(once.From.DateTime, $"{at}from", findings) & CheckYear(once.Until.DateTime, $"{at}until", findings) && once.Until <= once.From)
            findings.Add(ProblemCode.EndsBeforeItStarts, $"{at}until", $"{Shown(once.Until.DateTime)} is not after {Shown(once.From.DateTime)}", "let 'until' be later than 'from'");
    }

    private static void CheckRecurring(FreezeSchedule.Recurring recurring, string at, Findings findings)
    {
        var yearIsFit = CheckYear(recurring.Start, $"{at}from", findings);
        var lasts = recurring.Duration > TimeSpan.Zero && recurring.Duration <= Limits.Duration;
        if (!lasts)
            findings.Add(ProblemCode.OutOfRange, $"{at}for", $"'{recurring.Duration}' is no time at all or longer than a year", "write a duration above zero and of at most 365d");
        var rule = RuleText.Read(recurring.Rule);
        if (rule.Why is { } why)
            findings.Add(ProblemCode.BadRule, $"{at}rule", $"{Value.Quote(recurring.Rule)} is no rule for a window: {Value.Shorten(why)}", "write a recurrence rule of RFC 5545, such as FREQ=WEEKLY;BYDAY=FR");
        if (CheckZone(recurring.Zone, $"{at}zone", findings) & yearIsFit && CheckShown(recurring.Start, recurring.Zone, $"{at}from", findings)
            && lasts && rule.Rule is not null && recurring.Stretches(DateTimeOffset.MinValue) is { } stretches && !stretches.Any())
        {
            findings.Add(ProblemCode.NeverHappens, $"{at}rule", $"{Value.Quote(recurring.Rule)} never happens from {Shown(recurring.Start)} on", "let the parts of the rule meet on some day, and let UNTIL be later than 'from'");
        }
    }

    internal static bool CheckYear(DateTime time, string path, Findings findings)
    {
        if (time.Year is >= FirstYear and <= LastYear)
            return true;
        findings.Add(ProblemCode.OutOfRange, path, $"{Shown(time)} is not between the years {FirstYear} and {LastYear}", "write a year within them");
        return false;
    }

    internal static bool CheckZone(string zone, string path, Findings findings)
    {
        if (Zones.Find(zone) is not null)
            return true;
        findings.Add(ProblemCode.UnknownZone, path, $"there is no time zone named {Value.Quote(zone)}",
            Nearest.To(zone, Zones.Names) is { } near ? $"did you mean '{near}'?" : "write a name of the IANA time zone database, such as Europe/Berlin or UTC");
        return false;
    }

    internal static bool CheckShown(DateTime local, string zone, string path, Findings findings)
    {
        if (Zones.Find(zone)!.Shows(local))
            return true;
        findings.Add(ProblemCode.NoSuchLocalTime, path, $"{Shown(local)} does not exist in {zone}: the clocks go forward over it", "write a time before or after the gap");
        return false;
    }

    private static string Shown(DateTime time) => $"'{time.ToString(time.Second == 0 ? "yyyy-MM-dd'T'HH:mm" : "yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture)}'";
}
