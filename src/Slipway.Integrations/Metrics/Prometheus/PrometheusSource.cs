using System.Collections.Immutable;
using Slipway.Core.Analysis;
using Slipway.Engine.Ports;

namespace Slipway.Integrations.Metrics.Prometheus;

/// <summary>
/// Asks Prometheus. A plain selector of counters is answered from their samples: resets, missed scrapes and counters that are made by their first count are
/// seen, and nothing is extrapolated. Every other expression is the server's to work out, as of the window's end.
/// </summary>
/// <param name="http">Shared by all sources.</param>
/// <param name="variable">A variable of the server by its name; null: it has none of that name.</param>
/// <param name="time">For time-outs, and for whether a window can have been scraped.</param>
public sealed class PrometheusSource(SourceHttp http, Func<string, string?> variable, TimeProvider time) : IMetricSource
{
    /// <summary>Scrapes take a while, and are stored with the time at which they began.</summary>
    private static readonly TimeSpan DefaultDelay = TimeSpan.FromSeconds(10);

    /// <summary>As long as Prometheus itself remembers a series that is no longer scraped.</summary>
    private static readonly TimeSpan DefaultGap = TimeSpan.FromMinutes(5);

    private static readonly SettingTable Table = new(
        Setting.Address("url") with { Required = true }, SettingTable.Timeout, Setting.Text("bearer") with { Secret = true }, Setting.Text("username"),
        Setting.Text("password") with { Secret = true }, Setting.Text("headers."), Setting.Duration("delay", TimeSpan.Zero, TimeSpan.FromMinutes(10)),
        Setting.Duration("gap", TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)), Setting.Choice("unit", "s", "ms"));

    private readonly Measuring _measuring = new(Table, variable, time, DefaultDelay);

    public string Kind => "prometheus";

    public TimeSpan Delay(MetricSourceSpec source) => _measuring.Delay(source);

    public string? Refuses(MetricSourceSpec source, MetricQuery query) =>
        Table.Refuses(source) ?? Shapes.Refuses(query, Kind, MetricShape.Counts, MetricShape.Latencies, MetricShape.Value);

    public Task<Measurement> MeasureAsync(MetricRequest request, CancellationToken cancellationToken) =>
        Refuses(request.Source, request.Query) is { } problem
            ? Task.FromResult<Measurement>(new Measurement.Failed(problem))
            : _measuring.RunAsync(request, MeasureAsync, cancellationToken);

    private async Task<Measurement> MeasureAsync(Asked asked, CancellationToken cancellationToken)
    {
        var request = asked.Request;
        PromApi api = new(http, asked);
        PromWindow window = new(api, request, asked.Duration("gap", DefaultGap));
        return request.Query.Shape switch
        {
            MetricShape.Counts => await CountsAsync(api, window, request, cancellationToken),
            MetricShape.Latencies => await new PromHistogram(api, window, request, asked.Text("unit") == "ms" ? 0.001 : 1).MeasureAsync(Ask(request, "histogram"), cancellationToken),
            _ => await Shapes.MeasureAsync(request.Query, role => ValueAsync(api, window, request, role, cancellationToken)),
        };
    }

    private static async Task<Measurement> CountsAsync(PromApi api, PromWindow window, MetricRequest request, CancellationToken cancellationToken)
    {
        var (total, count) = (Ask(request, "total"), Ask(request, "count"));
        var (wholes, parts) = (PromSelector.Parse(total), PromSelector.Parse(count));
        if (wholes is null || parts is null)
            return request.Query.Ask.ContainsKey(Shapes.Stratum) ? new Measurement.Failed("'stratum' needs plain selectors as 'total' and 'count': an expression has one number, not one of each part") : await Shapes.MeasureAsync(request.Query, role => CountAsync(api, window, request, role, cancellationToken));
        var all = await window.SamplesAsync(total, cancellationToken);
        if (all.Trouble is { } unknown)
            return unknown;
        if (all.Value.IsEmpty && await window.MisspeltAsync("total", wholes, cancellationToken) is { } misspelt)
            return misspelt;
        var some = await window.SamplesAsync(count, cancellationToken);
        if (some.Trouble is { } failed)
            return failed;
        // No error yet is no series yet, in most libraries. A wrong name looks the same, and must not be taken for a service without errors.
        if (some.Value.IsEmpty && await window.MisspeltAsync("count", parts, cancellationToken) is { } wrong)
            return wrong;
        var scrapes = PromWindow.Scrapes(all.Value.Concat(some.Value));
        return window.Unseen(all.Value)
            ?? PromStrata.Counts(request.Query.Ask.GetValueOrDefault(Shapes.Stratum), [.. all.Value.Select(s => (s, window.Added(s, scrapes)))], [.. some.Value.Select(s => (s, window.Added(s, scrapes)))]);
    }

    /// <summary>One of the two is an expression: each for itself.</summary>
    private static async Task<Got<double>> CountAsync(PromApi api, PromWindow window, MetricRequest request, string role, CancellationToken cancellationToken)
    {
        var ask = Ask(request, role);
        if (PromSelector.Parse(ask) is not { } selector)
            return await ValueAsync(api, window, request, role, cancellationToken);
        var got = await window.SamplesAsync(ask, cancellationToken);
        if (got.Trouble is { } trouble)
            return trouble;
        if (got.Value.IsEmpty && await window.MisspeltAsync(role, selector, cancellationToken) is { } misspelt)
            return misspelt;
        var scrapes = PromWindow.Scrapes(got.Value);
        return window.Unseen(got.Value) is { } unseen ? unseen : got.Value.Sum(s => window.Added(s, scrapes));
    }

    private static async Task<Got<double>> ValueAsync(PromApi api, PromWindow window, MetricRequest request, string role, CancellationToken cancellationToken)
    {
        var ask = Ask(request, role);
        var got = await api.QueryAsync(ask, request.To, cancellationToken);
        if (got.Trouble is { } trouble)
            return trouble;
        return got.Value switch
        {
            [] => PromSelector.Parse(ask) is { } selector && await window.MisspeltAsync(role, selector, cancellationToken) is { } misspelt ? misspelt
                : new Measurement.Nothing($"'{role}' gives no series; check its names, and where nothing means 0 add 'or vector(0)'"),
            [{ Histograms.IsEmpty: false }] => new Measurement.Failed($"'{role}' gives a histogram; ask for a number, such as histogram_quantile(0.99, …)"),
            [{ Samples: [var sample] }] => sample.Value,
            [{ Samples.Length: > 1 }] => new Measurement.Failed($"'{role}' gives samples over time; ask for a number, such as the last or the average"),
            var many => new Measurement.Failed($"'{role}' gives {many.Length} series, such as {many[0].Words}; make one number of them, with sum(…), max(…) or avg(…)"),
        };
    }

    private static string Ask(MetricRequest request, string role) => Template.Fill(request.Query.Ask[role], request, Escape).Trim();

    /// <summary>Safe between double quotes and single ones.</summary>
    private static string Escape(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("'", "\\'", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}
