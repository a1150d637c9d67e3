using System.Collections.Immutable;

namespace Slipway.Core.Analysis;

/// <summary>Where the numbers come from that gateways do not count: one entry of a project's <c>sources:</c>.</summary>
/// <param name="Name">What checks call it.</param>
/// <param name="Kind"><c>prometheus</c>, <c>otlp</c>, <c>http</c>, <c>command</c>, <c>signal</c>, <c>datadog</c>, <c>cloudwatch</c>, <c>newrelic</c>.</param>
/// <param name="Settings">By the kind's own keys, as written: addresses, time-outs, and secrets as <c>${NAME}</c>, never in the clear.</param>
public sealed record MetricSourceSpec(string Name, string Kind, ImmutableSortedDictionary<string, string> Settings)
{
    public bool Equals(MetricSourceSpec? other) => other is not null && Name == other.Name && Kind == other.Kind && Settings.SequenceEqual(other.Settings);

    public override int GetHashCode() => HashCode.Combine(Name, Kind, Settings.Count);
}

/// <summary>What a check asks a source for.</summary>
/// <param name="Source">Name of a <see cref="MetricSourceSpec"/>.</param>
/// <param name="Shape">What kind of answer the check can use.</param>
/// <param name="Ask">
/// By role, in the source's own language with <c>{{version}}</c>, <c>{{environment}}</c>, <c>{{project}}</c>, <c>{{role}}</c>, <c>{{side}}</c> and
/// <c>{{window}}</c> filled in for each side: <c>total</c> and <c>count</c> for counts, <c>histogram</c> for latencies, <c>value</c> for one number or a judgement.
/// <c>stratum</c> names what counts are kept apart by, where the source can.
/// </param>
public sealed record MetricQuery(string Source, MetricShape Shape, ImmutableSortedDictionary<string, string> Ask)
{
    public bool Equals(MetricQuery? other) => other is not null && Source == other.Source && Shape == other.Shape && Ask.SequenceEqual(other.Ask);

    public override int GetHashCode() => HashCode.Combine(Source, Shape, Ask.Count);
}

/// <summary>What kind of number a check can use; the source says it is an error when its answer is of another.</summary>
public enum MetricShape
{
    /// <summary>Answered by <see cref="Measurement.Counts"/>.</summary>
    Counts,

    /// <summary>Answered by <see cref="Measurement.Latencies"/>.</summary>
    Latencies,

    /// <summary>Answered by <see cref="Measurement.Value"/>.</summary>
    Value,

    /// <summary>Answered by <see cref="Measurement.Judged"/>.</summary>
    Judged,
}
