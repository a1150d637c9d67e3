using System.Collections.Immutable;
using System.Globalization;

namespace Slipway.Core.Governance;

/// <summary>
/// A recurrence rule of RFC 5545 that is known to be sound. The library that evaluates rules passes over what it does not expect, such as
/// <c>BYMONTHDAY</c> in a week or an <c>UNTIL</c> that is no date; here every part is read or refused. A window recurs at most hourly (by
/// <c>BYHOUR</c>), which keeps the number of its stretches small.
/// </summary>
/// <param name="Rule">The rule in capitals, without its <c>UNTIL</c>.</param>
/// <param name="Until">No stretch starts later: a moment when its kind is UTC, otherwise a local time.</param>
/// <param name="Counts">Whether the rule counts its stretches from the first one on.</param>
internal sealed record RuleText(string Rule, DateTime? Until, bool Counts)
{
    /// <summary>Characters of the longest rule that is read.</summary>
    public const int Longest = 300;

    private static readonly string[] Frequencies = ["DAILY", "WEEKLY", "MONTHLY", "YEARLY"];

    private static readonly string[] Days = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

    /// <summary>Least and most, and whether the same below zero counts from the end.</summary>
    private static readonly ImmutableDictionary<string, (int Least, int Most, bool FromEnd)> Numbers = new Dictionary<string, (int, int, bool)>
    {
        ["INTERVAL"] = (1, 1000, false), ["COUNT"] = (1, 1000, false), ["BYMONTH"] = (1, 12, false), ["BYHOUR"] = (0, 23, false),
        ["BYMONTHDAY"] = (1, 31, true), ["BYYEARDAY"] = (1, 366, true), ["BYWEEKNO"] = (1, 53, true), ["BYSETPOS"] = (1, 366, true),
    }.ToImmutableDictionary();

    /// <summary>The rule, or in words for people why it is none.</summary>
    public static (RuleText? Rule, string? Why) Read(string text)
    {
        if (text.Length is 0 or > Longest)
            return (null, text.Length == 0 ? "it is empty" : $"it is longer than {Longest} characters");
        var parts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in text.ToUpperInvariant().Split(';'))
        {
            if (part.Split('=') is not [var key, var value])
                return (null, $"'{part}' is not written as NAME=VALUE");
            if (!parts.TryAdd(key, value))
                return (null, $"{key} is written twice");
            if (WhyNot(key, value) is { } why)
                return (null, why);
        }

        if (!parts.TryGetValue("FREQ", out var frequency))
            return (null, "FREQ is missing");
        if (Misfit(parts, frequency) is { } misfit)
            return (null, misfit);
        var rest = string.Join(';', parts.Where(p => p.Key != "UNTIL").Select(p => $"{p.Key}={p.Value}"));
        return (new RuleText(rest, parts.TryGetValue("UNTIL", out var until) ? UntilOf(until) : null, parts.ContainsKey("COUNT")), null);
    }

    /// <summary>What is wrong with one part by itself.</summary>
    private static string? WhyNot(string key, string value) => key switch
    {
        "FREQ" => Frequencies.Contains(value) ? null : $"FREQ={value} is none of {string.Join(", ", Frequencies)}",
        "WKST" => Days.Contains(value) ? null : $"WKST={value} is no day of the week",
        "BYDAY" => value.Split(',').FirstOrDefault(d => d.Length < 2 || !Days.Contains(d[^2..]) || Ordinal(d) is null) is { } day ? $"BYDAY has '{day}', which is no day such as FR or -1FR" : null,
        "UNTIL" => UntilOf(value) is null ? $"UNTIL={value} is no time such as 20261231, 20261231T170000 or 20261231T160000Z" : null,
        "BYMINUTE" or "BYSECOND" => $"{key} cannot stand here: minute and second are those of the start",
        _ when !Numbers.TryGetValue(key, out var range) => $"'{key}' is no part of a rule",
        "INTERVAL" or "COUNT" => IsWithin(value, Numbers[key]) ? null : $"{key}={value} is no number from 1 to {Numbers[key].Most}",
        _ => value.Split(',').FirstOrDefault(v => !IsWithin(v, Numbers[key])) is { } number
            ? $"{key} has '{number}', which is no number from {Numbers[key].Least} to {Numbers[key].Most}{(Numbers[key].FromEnd ? ", or the same below zero" : "")}" : null,
    };

    /// <summary>What is wrong with parts that do not go together.</summary>
    private static string? Misfit(Dictionary<string, string> parts, string frequency)
    {
        var ordinals = parts.TryGetValue("BYDAY", out var days) ? days.Split(',').Select(d => Math.Abs(Ordinal(d) ?? 0)).ToArray() : [];
        var most = frequency switch { "MONTHLY" => 5, "YEARLY" when parts.ContainsKey("BYWEEKNO") => 0, "YEARLY" => parts.ContainsKey("BYMONTH") ? 5 : 53, _ => 0 };
        return parts.ContainsKey("COUNT") && parts.ContainsKey("UNTIL") ? "COUNT and UNTIL cannot stand together"
            : ordinals.Any(o => o > most) ? most == 0 ? $"BYDAY with a number means nothing with FREQ={frequency}{(frequency == "YEARLY" ? " and BYWEEKNO" : "")}" : $"BYDAY counts at most to {most} here"
            : parts.ContainsKey("BYMONTHDAY") && frequency == "WEEKLY" ? "BYMONTHDAY means nothing with FREQ=WEEKLY"
            : parts.ContainsKey("BYYEARDAY") && frequency != "YEARLY" ? $"BYYEARDAY means nothing with FREQ={frequency}"
            : parts.ContainsKey("BYWEEKNO") && frequency != "YEARLY" ? $"BYWEEKNO means nothing with FREQ={frequency}"
            : parts.ContainsKey("BYSETPOS") && !parts.Keys.Any(k => k.StartsWith("BY", StringComparison.Ordinal) && k != "BYSETPOS") ? "BYSETPOS needs another part that begins with BY"
            : null;
    }

    /// <summary>The number before a day, 0 when there is none; null when it is no number from -53 to 53 or is zero.</summary>
    private static int? Ordinal(string day) => day.Length == 2 ? 0 : IsWithin(day[..^2], (1, 53, true)) ? int.Parse(day[..^2], CultureInfo.InvariantCulture) : null;

    private static bool IsWithin(string text, (int Least, int Most, bool FromEnd) range) =>
        text.Length <= 5 && int.TryParse(text, range.FromEnd ? NumberStyles.AllowLeadingSign : NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && (range.FromEnd ? Math.Abs(number) : number) >= range.Least && (range.FromEnd ? Math.Abs(number) : number) <= range.Most;

    /// <summary>A bare date means until the end of that day.</summary>
    private static DateTime? UntilOf(string text) =>
        DateTime.TryParseExact(text, "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var moment) ? moment
        : DateTime.TryParseExact(text, "yyyyMMdd'T'HHmmss", CultureInfo.InvariantCulture, DateTimeStyles.None, out var local) ? local
        : DateTime.TryParseExact(text, "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? date.AddDays(1).AddTicks(-1)
        : null;
}
