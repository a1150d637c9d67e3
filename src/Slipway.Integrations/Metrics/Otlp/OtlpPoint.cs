using System.Globalization;
using Slipway.Integrations.Metrics.Histograms;
using Slipway.Integrations.Metrics.Otlp.Wire;

namespace Slipway.Integrations.Metrics.Otlp;

/// <summary>One point of an export, whatever its kind.</summary>
/// <param name="Start">Since when it counts, in nanoseconds; 0: it does not say.</param>
/// <param name="At">As of when, in nanoseconds.</param>
/// <param name="Temporality">Unspecified: it is a gauge's.</param>
internal sealed record OtlpPoint(OtlpKind Kind, AggregationTemporality Temporality, ulong Start, ulong At, IEnumerable<KeyValue> Attributes, Reading Reading)
{
    /// <summary>The point says only that there is no value any more.</summary>
    private const uint NoValue = 1;

    /// <summary>Points that can be read: of a known kind, with a known temporality and a value that is a number.</summary>
    public static IEnumerable<OtlpPoint> Of(Metric metric) => (metric.DataCase switch
    {
        Metric.DataOneofCase.Gauge => metric.Gauge.DataPoints.Where(HasValue).Select(p => Number(OtlpKind.Gauge, AggregationTemporality.Unspecified, p)),
        // What also goes down is no count of anything that happened.
        Metric.DataOneofCase.Sum when !metric.Sum.IsMonotonic => metric.Sum.AggregationTemporality == AggregationTemporality.Cumulative
            ? metric.Sum.DataPoints.Where(HasValue).Select(p => Number(OtlpKind.Gauge, AggregationTemporality.Unspecified, p)) : [],
        Metric.DataOneofCase.Sum => metric.Sum.DataPoints.Where(HasValue).Select(p => Number(OtlpKind.Sum, metric.Sum.AggregationTemporality, p)).Where(p => double.IsFinite(p.Reading.Number)),
        Metric.DataOneofCase.Histogram => metric.Histogram.DataPoints.Where(p => (p.Flags & NoValue) == 0 && Fits(p)).Select(p => Bounded(metric.Histogram.AggregationTemporality, p)),
        Metric.DataOneofCase.ExponentialHistogram => metric.ExponentialHistogram.DataPoints.Where(p => (p.Flags & NoValue) == 0 && p.Scale is >= -10 and <= 20).Select(p => Exponential(metric.ExponentialHistogram.AggregationTemporality, p)),
        _ => [],
    }).Where(p => p.Kind == OtlpKind.Gauge || p.Temporality != AggregationTemporality.Unspecified);

    /// <summary>Units of time as OpenTelemetry writes them.</summary>
    public static double SecondsIn(string unit) => unit switch { "ms" => 1e-3, "us" => 1e-6, "ns" => 1e-9, "min" => 60, "h" => 3600, _ => 1 };

    public static string Text(AnyValue? value) => value?.ValueCase switch
    {
        AnyValue.ValueOneofCase.StringValue => value.StringValue,
        AnyValue.ValueOneofCase.BoolValue => value.BoolValue ? "true" : "false",
        AnyValue.ValueOneofCase.IntValue => value.IntValue.ToString(CultureInfo.InvariantCulture),
        AnyValue.ValueOneofCase.DoubleValue => value.DoubleValue.ToString(CultureInfo.InvariantCulture),
        _ => "",
    };

    private static bool HasValue(NumberDataPoint point) => (point.Flags & NoValue) == 0 && point.ValueCase != NumberDataPoint.ValueOneofCase.None;

    private static bool Fits(HistogramDataPoint point) => point.BucketCounts.Count == 0 || point.BucketCounts.Count == point.ExplicitBounds.Count + 1;

    private static OtlpPoint Number(OtlpKind kind, AggregationTemporality temporality, NumberDataPoint point) =>
        new(kind, temporality, point.StartTimeUnixNano, point.TimeUnixNano, point.Attributes, new Reading(point.ValueCase == NumberDataPoint.ValueOneofCase.AsInt ? point.AsInt : point.AsDouble));

    private static OtlpPoint Bounded(AggregationTemporality temporality, HistogramDataPoint point) =>
        new(OtlpKind.Histogram, temporality, point.StartTimeUnixNano, point.TimeUnixNano, point.Attributes,
            new Reading(point.Count, null, new BoundedCounts([.. point.ExplicitBounds], [.. point.BucketCounts.Select(c => (double)c)])));

    private static OtlpPoint Exponential(AggregationTemporality temporality, ExponentialHistogramDataPoint point)
    {
        Dictionary<int, double> counts = [];
        for (var i = 0; i < (point.Positive?.BucketCounts.Count ?? 0); i++)
        {
            if (point.Positive!.BucketCounts[i] > 0)
                counts[point.Positive.Offset + i] = point.Positive.BucketCounts[i];
        }

        return new(OtlpKind.Histogram, temporality, point.StartTimeUnixNano, point.TimeUnixNano, point.Attributes, new Reading(point.Count, new ExponentialBuckets(point.Scale, point.ZeroCount, counts)));
    }
}
