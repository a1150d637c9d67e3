using System.Globalization;
using System.Text.RegularExpressions;

namespace Slipway.Integrations.Metrics;

/// <summary>Durations as the project's document writes them: whole numbers with units from large to small, such as <c>90s</c> or <c>1h30m</c>.</summary>
internal static partial class Durations
{
    private static readonly double[] Seconds = [86_400, 3_600, 60, 1, 0.001];

    /// <summary>Null when it is none.</summary>
    public static TimeSpan? Parse(string text)
    {
        var match = Written().Match(text);
        if (!match.Success || text.Length == 0)
            return null;
        var parts = Seconds.Select((unit, i) => match.Groups[i + 1] is { Success: true } part ? unit * double.Parse(part.Value, CultureInfo.InvariantCulture) : 0);
        return TimeSpan.FromSeconds(parts.Sum());
    }

    /// <summary>As a person would say it: <c>90 s</c>, <c>0.5 s</c>.</summary>
    public static string Words(TimeSpan duration) => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0.###} s");

    [GeneratedRegex(@"^(?:(\d{1,3})d)?(?:(\d{1,4})h)?(?:(\d{1,5})m)?(?:(\d{1,7})s)?(?:(\d{1,9})ms)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Written();
}
