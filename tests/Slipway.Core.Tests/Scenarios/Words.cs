using System.Globalization;

namespace Slipway.Core.Tests.Scenarios;

/// <summary>Values as scenarios write them.</summary>
internal static class Words
{
    public static TimeSpan Time(string text)
    {
        var total = TimeSpan.Zero;
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            var value = double.Parse(part[..^1], CultureInfo.InvariantCulture);
            total += part[^1] switch { 's' => TimeSpan.FromSeconds(value), 'm' => TimeSpan.FromMinutes(value), 'h' => TimeSpan.FromHours(value), 'd' => TimeSpan.FromDays(value), _ => throw new FormatException(text) };
        }

        return total;
    }

    public static Core.Traffic.Weight Percent(string text) => Core.Traffic.Weight.FromPercent(decimal.Parse(text.TrimEnd('%'), CultureInfo.InvariantCulture))!.Value;

    public static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
