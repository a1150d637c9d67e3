using System.Globalization;

namespace Slipway.Terminal;

/// <summary>Numbers and times in the form people read.</summary>
internal static class Figures
{
    public static string Percent(decimal percent) => $"{percent.ToString("0.###", CultureInfo.InvariantCulture)}%";

    /// <param name="rate">0 to 1.</param>
    public static string Rate(double rate) => $"{(rate * 100).ToString(rate is > 0 and < 0.001 ? "0.###" : "0.##", CultureInfo.InvariantCulture)}%";

    public static string PerSecond(double requests) => $"{requests.ToString(requests < 10 ? "0.#" : "0", CultureInfo.InvariantCulture)}/s";

    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    public static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static string Clock(DateTimeOffset at) => at.UtcDateTime.ToString("HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>The two largest units: <c>1h 5m</c>, <c>12s</c>.</summary>
    public static string Duration(TimeSpan span)
    {
        (long Value, string Unit)[] parts = [((long)span.TotalDays, "d"), (span.Hours, "h"), (span.Minutes, "m"), (span.Seconds, "s")];
        var text = string.Join(' ', parts.SkipWhile(p => p.Value == 0).Take(2).Where(p => p.Value > 0).Select(p => $"{p.Value}{p.Unit}"));
        return text.Length > 0 ? text : "0s";
    }

    /// <summary><c>90s</c>, <c>10m</c>, <c>1h30m</c>, <c>2d</c>; null when it is none of these or not positive.</summary>
    public static TimeSpan? ParseDuration(string text)
    {
        var (total, number, digits) = (TimeSpan.Zero, 0, 0);
        foreach (var c in text)
        {
            if (char.IsAsciiDigit(c) && digits < 6)
            {
                (number, digits) = ((number * 10) + (c - '0'), digits + 1);
                continue;
            }

            if (digits == 0 || Unit(c) is not { } unit)
                return null;
            (total, number, digits) = (total + (number * unit), 0, 0);
        }

        return digits == 0 && total > TimeSpan.Zero ? total : null;
    }

    private static TimeSpan? Unit(char unit) => unit switch
    {
        's' => TimeSpan.FromSeconds(1),
        'm' => TimeSpan.FromMinutes(1),
        'h' => TimeSpan.FromHours(1),
        'd' => TimeSpan.FromDays(1),
        _ => null,
    };
}
