using System.Globalization;

namespace Slipway.Core.Strategies;

/// <summary>Durations as people write them.</summary>
public static class Durations
{
    /// <summary>The two largest units that matter: <c>1h 30m</c>, <c>90s</c> as <c>1m 30s</c>, <c>0.5s</c>.</summary>
    public static string Text(TimeSpan span)
    {
        if (span < TimeSpan.FromMinutes(1))
            return string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, span.TotalSeconds):0.#}s");
        var (big, bigUnit, small, smallUnit) = span switch
        {
            { Days: > 0 } => (span.Days, "d", span.Hours, "h"),
            { Hours: > 0 } => (span.Hours, "h", span.Minutes, "m"),
            _ => (span.Minutes, "m", span.Seconds, "s"),
        };
        return small == 0 ? $"{big}{bigUnit}" : $"{big}{bigUnit} {small}{smallUnit}";
    }
}
