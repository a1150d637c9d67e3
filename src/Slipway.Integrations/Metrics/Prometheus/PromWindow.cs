using System.Collections.Immutable;
using System.Globalization;
using Slipway.Core.Analysis;
using Slipway.Engine.Ports;

namespace Slipway.Integrations.Metrics.Prometheus;

/// <summary>Series by their samples, over a window and long enough before it to know what they were when it began.</summary>
internal sealed class PromWindow(PromApi api, MetricRequest request, TimeSpan gap)
{
    /// <summary>The samples of a selector's series.</summary>
    public Task<Got<ImmutableArray<PromSeries>>> SamplesAsync(string selector, CancellationToken cancellationToken) =>
        api.QueryAsync(string.Create(CultureInfo.InvariantCulture, $"{selector}[{(long)Math.Ceiling((request.To - request.From + gap).TotalMilliseconds)}ms]"), request.To, cancellationToken);

    /// <summary>When each target was scraped, as far as some of its series tell.</summary>
    public static ILookup<string, DateTimeOffset> Scrapes(IEnumerable<PromSeries> series) =>
        series.SelectMany(s => s.Samples.Select(x => x.At).Concat(s.Histograms.Select(x => x.At)).Select(at => (s.Target, At: at))).Distinct().OrderBy(s => s.At).ToLookup(s => s.Target, s => s.At);

    public double Added(PromSeries series, ILookup<string, DateTimeOffset> scrapes) => Counter.Added(series.Samples, request.From, request.To, [.. scrapes[series.Target]]);

    /// <summary>Null when something was scraped in the window; else what to say.</summary>
    public Measurement? Unseen(IEnumerable<PromSeries> series)
    {
        var newest = series.SelectMany(s => s.Samples.Select(x => x.At).Concat(s.Histograms.Select(x => x.At))).DefaultIfEmpty().Max();
        if (newest > request.From)
            return null;
        var ago = newest == default ? "" : $"; the newest was {Durations.Words(request.To - newest)} before the window's end";
        return new Measurement.Nothing($"nothing was scraped in the window of {Durations.Words(request.To - request.From)}{ago}");
    }

    /// <summary>
    /// A selector that gives nothing: because there was nothing to count yet, or because a name in it is wrong? Null when the metric is known and some of its
    /// series have all the labels that are matched on.
    /// </summary>
    public async Task<Measurement?> MisspeltAsync(string role, PromSelector selector, CancellationToken cancellationToken)
    {
        if (await NoneAsync(selector.Name, cancellationToken) is var named && named.Trouble is { } trouble)
            return trouble;
        if (named.Value)
            return new Measurement.Nothing($"'{role}': no series is called '{selector.Name}'; check the name, and that it is scraped");
        foreach (var label in selector.Labels)
        {
            var labelled = await NoneAsync(PromSelector.Having(selector.Name, [label]), cancellationToken);
            if (labelled.Trouble is { } failed)
                return failed;
            if (labelled.Value)
                return new Measurement.Nothing($"'{role}': no series of '{selector.Name}' has the label '{label}'; check its name");
        }

        return null;
    }

    private async Task<Got<bool>> NoneAsync(string selector, CancellationToken cancellationToken)
    {
        var got = await api.QueryAsync($"count({selector})", request.To, cancellationToken);
        return got.Trouble is { } trouble ? trouble : got.Value.IsEmpty;
    }
}
