using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Slipway.Integrations.Metrics.Histograms;

namespace Slipway.Integrations.Metrics.Prometheus;

/// <summary>A native histogram as it was seen at one instant.</summary>
internal sealed record NativeSample(DateTimeOffset At, ExponentialBuckets Buckets);

/// <summary>One series of an answer.</summary>
/// <param name="Labels">Without the metric's name.</param>
/// <param name="Samples">In order of time; one, of an instant query.</param>
internal sealed record PromSeries(ImmutableSortedDictionary<string, string> Labels, ImmutableArray<Sample> Samples, ImmutableArray<NativeSample> Histograms)
{
    /// <summary>What is scraped as one: when some of its series were seen, all that it had were.</summary>
    public string Target => $"{Labels.GetValueOrDefault("job")}\n{Labels.GetValueOrDefault("instance")}";

    public string Words => Labels.IsEmpty ? "{}" : $"{{{string.Join(", ", Labels.Select(l => $"{l.Key}=\"{l.Value}\""))}}}";

    /// <summary>The series without one label: what is left is the same for all buckets of one histogram.</summary>
    public string Without(string label) => string.Join('\n', Labels.Where(l => l.Key != label).Select(l => $"{l.Key}={l.Value}"));

    /// <summary>Series of the result of a query; null when the result is of no such kind.</summary>
    public static ImmutableArray<PromSeries>? Read(string? type, JsonElement result) => type switch
    {
        "scalar" => [new PromSeries(NoLabels, [ReadSample(result)], [])],
        "vector" or "matrix" => [.. result.EnumerateArray().Select(ReadSeries)],
        _ => null,
    };

    private static ImmutableSortedDictionary<string, string> NoLabels => ImmutableSortedDictionary<string, string>.Empty.WithComparers(StringComparer.Ordinal);

    private static PromSeries ReadSeries(JsonElement series) => new(
        NoLabels.AddRange(series.GetProperty("metric").EnumerateObject().Where(l => l.Name != "__name__").Select(l => KeyValuePair.Create(l.Name, l.Value.GetString() ?? ""))),
        [.. All(series, "value", "values").Select(ReadSample)],
        [.. All(series, "histogram", "histograms").Select(ReadHistogram)]);

    private static ImmutableArray<JsonElement> All(JsonElement series, string one, string many) =>
        series.TryGetProperty(many, out var all) ? [.. all.EnumerateArray()] : series.TryGetProperty(one, out var single) ? [single] : [];

    private static Sample ReadSample(JsonElement pair) => new(At(pair[0]), Number(pair[1].GetString()));

    private static DateTimeOffset At(JsonElement seconds) => DateTimeOffset.FromUnixTimeMilliseconds((long)Math.Round(seconds.GetDouble() * 1000));

    private static double Number(string? text) => text switch
    {
        "NaN" => double.NaN,
        "+Inf" or "Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        _ => double.Parse(text ?? "", NumberStyles.Float, CultureInfo.InvariantCulture),
    };

    /// <summary>
    /// Buckets come as bounds; which power of the base a bound is follows from how far its two are apart. Negative values, which no latency has, are left out.
    /// </summary>
    private static NativeSample ReadHistogram(JsonElement pair)
    {
        var zero = 0.0;
        List<(double Left, double Right, double Count)> buckets = [];
        if (pair[1].TryGetProperty("buckets", out var all))
        {
            foreach (var bucket in all.EnumerateArray())
            {
                var (left, right, count) = (Number(bucket[1].GetString()), Number(bucket[2].GetString()), Number(bucket[3].GetString()));
                if (left <= 0 && right >= 0)
                    zero += count;
                else if (left > 0)
                    buckets.Add((left, right, count));
            }
        }

        var scale = buckets.Count == 0 ? 20 : -(int)Math.Round(Math.Log2(Math.Log2(buckets[0].Right / buckets[0].Left)));
        var counts = buckets.ToDictionary(b => (int)Math.Round(Math.Log2(b.Left) * Math.Pow(2, scale)), b => b.Count);
        return new NativeSample(At(pair[0]), new ExponentialBuckets(scale, zero, counts));
    }
}
