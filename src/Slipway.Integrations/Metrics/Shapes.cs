using System.Globalization;
using Slipway.Core.Analysis;

namespace Slipway.Integrations.Metrics;

/// <summary>What sources that know numbers, one a question, can answer.</summary>
internal static class Shapes
{
    /// <summary>The key of a query that names the label by which counts are kept apart.</summary>
    public const string Stratum = "stratum";

    /// <summary>Counts by the roles <c>total</c> and <c>count</c>, a value by <c>value</c>.</summary>
    public static async Task<Measurement> MeasureAsync(MetricQuery query, Func<string, Task<Got<double>>> number)
    {
        if (query.Shape == MetricShape.Value)
        {
            var value = await number("value");
            return value.Trouble ?? Value(value.Value);
        }

        var total = await number("total");
        if (total.Trouble is { } unknown)
            return unknown;
        var count = await number("count");
        return count.Trouble ?? Counts(total.Value, count.Value);
    }

    /// <summary>The roles that a shape needs and the query lacks, or the templates it cannot fill, in words for people.</summary>
    public static string? Refuses(MetricQuery query, string kind, params MetricShape[] known)
    {
        if (!known.Contains(query.Shape))
            return $"a {kind} source has no {Words(query.Shape)}; it has {string.Join(" and ", known.Select(Words))}";
        if (query.Ask.ContainsKey(Stratum) && (kind != "prometheus" || query.Shape != MetricShape.Counts))
            return $"'{Stratum}' is known of a prometheus source's counts only; leave it out";
        string[] roles = query.Shape switch { MetricShape.Counts => ["total", "count"], MetricShape.Latencies => ["histogram"], _ => ["value"] };
        return roles.FirstOrDefault(r => string.IsNullOrWhiteSpace(query.Ask.GetValueOrDefault(r))) is { } missing
            ? $"'{missing}' is missing"
            : query.Ask.Where(a => roles.Contains(a.Key)).Select(a => Template.Refuses(a.Value) is { } wrong ? $"'{a.Key}': {wrong}" : null).FirstOrDefault(w => w is not null);
    }

    public static Measurement Value(double number) => double.IsFinite(number)
        ? new Measurement.Value(number)
        : new Measurement.Nothing($"'value' is not a number ({Say(number)}): something was divided by nothing");

    public static Measurement Counts(double total, double count) => (total, count) switch
    {
        _ when !double.IsFinite(total) => new Measurement.Nothing($"'total' is not a number ({Say(total)})"),
        _ when !double.IsFinite(count) => new Measurement.Nothing($"'count' is not a number ({Say(count)})"),
        ( < 0, _) => new Measurement.Failed($"'total' is {Say(total)}, and a count is never negative; ask for a counter, or for its increase"),
        (_, < 0) => new Measurement.Failed($"'count' is {Say(count)}, and a count is never negative; ask for a counter, or for its increase"),
        _ => new Measurement.Counts(total, count),
    };

    public static string Say(double number) => number.ToString("0.######", CultureInfo.InvariantCulture);

    private static string Words(MetricShape shape) => shape switch
    {
        MetricShape.Counts => "counts",
        MetricShape.Latencies => "latencies",
        MetricShape.Value => "values",
        _ => "judgements",
    };
}
