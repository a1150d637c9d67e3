using Slipway.Integrations.Metrics.Otlp.Wire;

namespace Slipway.Integrations.Tests.Metrics;

/// <summary>Exports as an app sends them.</summary>
internal static class OtlpExports
{
    public static ExportMetricsServiceRequest By(string version, params Metric[] metrics) => By(version, "1", metrics);

    public static ExportMetricsServiceRequest By(string version, string instance, params Metric[] metrics) => new()
    {
        ResourceMetrics =
        {
            new ResourceMetrics
            {
                Resource = new Resource { Attributes = { Attribute("service.name", "shop"), Attribute("service.version", version), Attribute("deployment.environment.name", "production"), Attribute("service.instance.id", instance) } },
                ScopeMetrics = { new ScopeMetrics { Metrics = { metrics } } },
            },
        },
    };

    public static Metric Total(string name, DateTimeOffset start, DateTimeOffset at, long value, string? outcome = null) => Sum(name, AggregationTemporality.Cumulative, start, at, value, outcome);

    public static Metric Added(string name, DateTimeOffset start, DateTimeOffset at, long value, string? outcome = null) => Sum(name, AggregationTemporality.Delta, start, at, value, outcome);

    public static Metric Gauge(string name, DateTimeOffset at, double value) => new() { Name = name, Gauge = new Gauge { DataPoints = { new NumberDataPoint { TimeUnixNano = Nano(at), AsDouble = value } } } };

    public static Metric Exponential(string name, string unit, DateTimeOffset start, DateTimeOffset at, int scale, int offset, params ulong[] counts) => new()
    {
        Name = name,
        Unit = unit,
        ExponentialHistogram = new ExponentialHistogram
        {
            AggregationTemporality = AggregationTemporality.Cumulative,
            DataPoints =
            {
                new ExponentialHistogramDataPoint
                {
                    StartTimeUnixNano = Nano(start), TimeUnixNano = Nano(at), Scale = scale, Count = counts.Aggregate(0UL, (a, b) => a + b),
                    Positive = new ExponentialHistogramDataPoint.Types.Buckets { Offset = offset, BucketCounts = { counts } },
                },
            },
        },
    };

    private static Metric Sum(string name, AggregationTemporality temporality, DateTimeOffset start, DateTimeOffset at, long value, string? outcome)
    {
        NumberDataPoint point = new() { StartTimeUnixNano = Nano(start), TimeUnixNano = Nano(at), AsInt = value };
        if (outcome is not null)
            point.Attributes.Add(Attribute("outcome", outcome));
        return new Metric { Name = name, Sum = new Sum { IsMonotonic = true, AggregationTemporality = temporality, DataPoints = { point } } };
    }

    public static KeyValue Attribute(string key, string value) => new() { Key = key, Value = new AnyValue { StringValue = value } };

    private static ulong Nano(DateTimeOffset at) => (ulong)(at - DateTimeOffset.UnixEpoch).Ticks * 100;
}
