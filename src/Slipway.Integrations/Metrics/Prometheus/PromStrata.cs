using Slipway.Core.Analysis;

namespace Slipway.Integrations.Metrics.Prometheus;

/// <summary>Counts of series, added up, and apart by one of their labels where that is asked for.</summary>
internal static class PromStrata
{
    /// <summary>More values of a label are no parts of a service but its users or its pages; the largest are given, and checks take fewer still.</summary>
    private const int Most = 100;

    private const int Longest = 80;

    /// <param name="label">Of the series; null: nothing is kept apart.</param>
    /// <param name="total">What each series of the whole added in the window.</param>
    /// <param name="count">What each series of the part that is counted added.</param>
    public static Measurement Counts(string? label, IReadOnlyList<(PromSeries Series, double Added)> total, IReadOnlyList<(PromSeries Series, double Added)> count)
    {
        var whole = Shapes.Counts(total.Sum(s => s.Added), count.Sum(s => s.Added));
        if (label is null || whole is not Measurement.Counts counts)
            return whole;
        var counted = count.ToLookup(s => Name(s.Series, label), s => s.Added);
        var parts = total.GroupBy(s => Name(s.Series, label), s => s.Added).Where(g => g.Key is not null)
            .Select(g => new CountedPart(g.Key!, g.Sum(), counted[g.Key].Sum()));
        return counts with { Parts = [.. parts.OrderByDescending(p => p.Exposure).ThenBy(p => p.Name, StringComparer.Ordinal).Take(Most)] };
    }

    /// <summary>Null of a series without the label. It goes into sentences for people.</summary>
    private static string? Name(PromSeries series, string label) => series.Labels.GetValueOrDefault(label) is { Length: > 0 and <= Longest } value && !value.Any(char.IsControl) ? $"{label}/{value}" : null;
}
