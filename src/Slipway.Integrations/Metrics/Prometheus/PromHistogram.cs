using System.Collections.Immutable;
using System.Globalization;
using Slipway.Core.Analysis;
using Slipway.Engine.Ports;
using Slipway.Integrations.Metrics.Histograms;

namespace Slipway.Integrations.Metrics.Prometheus;

/// <summary>Latencies from classic histograms (one series a bucket, with the label <c>le</c>) and native ones.</summary>
internal sealed class PromHistogram(PromApi api, PromWindow window, MetricRequest request, double unit)
{
    public async Task<Measurement> MeasureAsync(string ask, CancellationToken cancellationToken)
    {
        var selector = PromSelector.Parse(ask);
        var got = selector is null ? await api.QueryAsync(ask, request.To, cancellationToken) : await window.SamplesAsync(ask, cancellationToken);
        if (got.Trouble is { } trouble)
            return trouble;
        if (got.Value.IsEmpty)
            return (selector is null ? null : await window.MisspeltAsync("histogram", selector, cancellationToken)) ?? new Measurement.Nothing("'histogram' gives no series; check its names");
        if (selector is not null && window.Unseen(got.Value) is { } unseen)
            return unseen;
        HistogramBuilder builder = new(HistogramBuilder.Seed(request.To, request.Candidate));
        return Add(got.Value, selector is not null, builder) ?? new Measurement.Latencies(builder.Build(), 0);
    }

    /// <summary>Null when all was added.</summary>
    private Measurement? Add(ImmutableArray<PromSeries> series, bool samples, HistogramBuilder builder)
    {
        var scrapes = PromWindow.Scrapes(series);
        foreach (var native in series.Where(s => !s.Histograms.IsEmpty))
            AddNative(native, samples, scrapes, builder);
        foreach (var group in series.Where(s => !s.Samples.IsEmpty).GroupBy(s => s.Without("le")))
        {
            if (AddClassic([.. group], samples, scrapes, builder) is { } trouble)
                return trouble;
        }

        return null;
    }

    private void AddNative(PromSeries series, bool samples, ILookup<string, DateTimeOffset> scrapes, HistogramBuilder builder)
    {
        if (!samples)
        {
            series.Histograms[0].Buckets.AddTo(builder, unit);
            return;
        }

        // As Counter.Added, with buckets for a number.
        ExponentialBuckets? added = null;
        for (var i = 0; i < series.Histograms.Length; i++)
        {
            var (at, buckets) = series.Histograms[i];
            if (at <= request.From || at > request.To)
                continue;
            var more = i > 0 ? buckets.Since(series.Histograms[i - 1].Buckets) ?? buckets : scrapes[series.Target].Any(s => s < at) ? buckets : null;
            added = more is null ? added : added?.Plus(more) ?? more;
        }

        added?.AddTo(builder, unit);
    }

    private Measurement? AddClassic(IReadOnlyList<PromSeries> group, bool samples, ILookup<string, DateTimeOffset> scrapes, HistogramBuilder builder)
    {
        List<(double Bound, double Count)> buckets = [];
        foreach (var series in group)
        {
            if (!series.Labels.TryGetValue("le", out var le) || Bound(le) is not { } bound)
                return new Measurement.Failed($"'histogram' gives {series.Words}, which is no bucket: it has no label 'le'; ask for …_bucket, and keep 'le' in 'sum by (le)'");
            var count = samples ? window.Added(series, scrapes) : series.Samples[^1].Value;
            if (!double.IsFinite(count))
                return new Measurement.Nothing($"'histogram': the bucket {series.Words} is not a number");
            buckets.Add((bound, count));
        }

        buckets.Sort();
        if (!double.IsPositiveInfinity(buckets[^1].Bound))
            return new Measurement.Failed($"'histogram' has no bucket with le=\"+Inf\" in {group[0].Words}; ask for all buckets");
        ClassicBuckets.AddTo(builder, [.. buckets.SkipLast(1).Select(b => b.Bound)], ClassicBuckets.Single([.. buckets.Select(b => b.Count)]), unit);
        return null;
    }

    private static double? Bound(string le) => le is "+Inf" or "Inf" ? double.PositiveInfinity : double.TryParse(le, NumberStyles.Float, CultureInfo.InvariantCulture, out var bound) ? bound : null;
}
