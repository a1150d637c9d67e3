using System.Globalization;
using Slipway.Core.Analysis;
using Slipway.Engine.Ports;
using Slipway.Integrations.Metrics.Histograms;

namespace Slipway.Integrations.Metrics.Otlp;

/// <summary>Measures what apps export to Slipway itself: no metrics server is needed.</summary>
/// <param name="store">What the receiver has taken.</param>
public sealed class OtlpSource(OtlpStore store, Func<string, string?> variable, TimeProvider time) : IMetricSource
{
    private static readonly TimeSpan DefaultDelay = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan DefaultStale = TimeSpan.FromMinutes(2);

    private static readonly SettingTable Table = new(
        SettingTable.Timeout, Setting.Text("service"), Setting.Text("versionAttribute"), Setting.Text("environmentAttribute"),
        Setting.Duration("delay", TimeSpan.Zero, TimeSpan.FromMinutes(5)), Setting.Duration("stale", TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(15)));

    private readonly Measuring _measuring = new(Table, variable, time, DefaultDelay);

    public string Kind => "otlp";

    public TimeSpan Delay(MetricSourceSpec source) => _measuring.Delay(source);

    public string? Refuses(MetricSourceSpec source, MetricQuery query) =>
        Table.Refuses(source) ?? source.Settings.Select(s => Template.Refuses(s.Value)).FirstOrDefault(w => w is not null)
        ?? Shapes.Refuses(query, Kind, MetricShape.Counts, MetricShape.Latencies, MetricShape.Value)
        ?? query.Ask.Select(a => OtlpSelector.Parse(Template.FillBlank(a.Value)).Why is { } why ? $"'{a.Key}': {why}" : null).FirstOrDefault(w => w is not null);

    public Task<Measurement> MeasureAsync(MetricRequest request, CancellationToken cancellationToken) =>
        Refuses(request.Source, request.Query) is { } problem
            ? Task.FromResult<Measurement>(new Measurement.Failed(problem))
            : _measuring.RunAsync(request, (asked, _) => MeasureAsync(asked), cancellationToken);

    private async Task<Measurement> MeasureAsync(Asked asked)
    {
        var request = asked.Request;
        if (store.Listening is null)
            return new Measurement.Failed("nobody listens for OTLP; start the server with --otlp");
        return request.Query.Shape == MetricShape.Latencies
            ? Latencies(asked)
            : await Shapes.MeasureAsync(request.Query, role => Task.FromResult(Number(asked, role)));
    }

    private Got<double> Number(Asked asked, string role)
    {
        var (from, to) = (asked.Request.From, asked.Request.To);
        return Read(asked, role, matching => role == "value" ? Gauge(matching, to, asked.Duration("stale", DefaultStale)) : Sum(role, matching, from, to));
    }

    private static Got<double> Gauge(IReadOnlyList<OtlpSeries> matching, DateTimeOffset at, TimeSpan stale)
    {
        if (matching.FirstOrDefault(s => s.Kind != OtlpKind.Gauge) is { } other)
            return new Measurement.Failed($"'{other.Metric}' is a {Words(other.Kind)}, not a gauge; compare it with an errors or latency check");
        double[] numbers = [.. matching.Select(s => s.Newest(at, stale)).OfType<Reading>().Select(r => r.Number)];
        return numbers.Length == 0 ? new Measurement.Nothing($"'value': nothing was exported in the last {Durations.Words(stale)}") : numbers.Average();
    }

    private static Got<double> Sum(string role, IReadOnlyList<OtlpSeries> matching, DateTimeOffset from, DateTimeOffset to) =>
        matching.FirstOrDefault(s => s.Kind == OtlpKind.Gauge) is { } gauge
            ? new Measurement.Failed($"'{role}': '{gauge.Metric}' is a gauge, which counts nothing; ask for a counter or a histogram")
            : matching.Sum(s => s.Between(from, to).Sum(r => r.Number));

    private Measurement Latencies(Asked asked)
    {
        var request = asked.Request;
        var got = Read<HistogramBuilder>(asked, "histogram", matching =>
        {
            if (matching.FirstOrDefault(s => s.Kind != OtlpKind.Histogram) is { } other)
                return new Measurement.Failed($"'{other.Metric}' is a {Words(other.Kind)}, not a histogram");
            HistogramBuilder builder = new(HistogramBuilder.Seed(request.To, request.Candidate));
            foreach (var series in matching)
            {
                foreach (var reading in series.Between(request.From, request.To))
                {
                    reading.Exponential?.AddTo(builder, series.Unit);
                    if (reading.Bounded is { Counts.Length: > 0 } bounded)
                        ClassicBuckets.AddTo(builder, bounded.Bounds, bounded.Counts, series.Unit);
                }
            }

            return builder;
        });
        return got.Trouble ?? new Measurement.Latencies(got.Value.Build(), 0);
    }

    /// <summary>The series that a role selects, or why there is nothing to read of them.</summary>
    private Got<T> Read<T>(Asked asked, string role, Func<IReadOnlyList<OtlpSeries>, Got<T>> read)
    {
        var request = asked.Request;
        var selector = OtlpSelector.Parse(Template.Fill(request.Query.Ask[role], request, OtlpSelector.Escape)).Selector!;
        OtlpSubject subject = new(asked);
        return store.Read<Got<T>>(selector.Metric, request.To, view =>
        {
            // Nothing of what it exports was taken then, so this comes before all that is missing.
            if (view.Resources.Where(subject.Is).Select(r => r.ClockOff).FirstOrDefault(c => c is not null) is { } off)
                return new Measurement.Failed(string.Create(CultureInfo.InvariantCulture, $"'{role}': the clock of {subject} is {off.Duration().TotalSeconds:0} s {(off > TimeSpan.Zero ? "ahead of" : "behind")} the server's, or its exports are stuck so long; set both clocks by NTP"));
            if (view.Series.Count == 0)
                return new Measurement.Nothing($"'{role}': no metric '{selector.Metric}' was exported to {store.Listening}{Hint(view)}");
            OtlpSeries[] own = [.. view.Series.Where(s => subject.Is(s.Resource))];
            if (own.Length == 0)
                return new Measurement.Nothing($"'{role}': '{selector.Metric}' was exported, but not by {subject}; it came from {OtlpSubject.Others(view.Series)}");
            if (own.Any(s => s.IsShared))
                return new Measurement.Failed($"'{role}': two processes export '{selector.Metric}' as one; give each a service.instance.id of its own");
            if (selector.Matchers.FirstOrDefault(m => !view.Series.Any(s => s.Attributes.ContainsKey(m.Attribute) || s.Resource.Attributes.ContainsKey(m.Attribute))) is { } unknown)
                return new Measurement.Nothing($"'{role}': no series of '{selector.Metric}' has the attribute '{unknown.Attribute}'; check its name");
            if (role != "value" && !own.Any(s => s.Resource.Exports.Any(e => e > request.From && e <= request.To)))
                return new Measurement.Nothing($"'{role}': {subject} exported nothing in the window of {Durations.Words(request.To - request.From)}; export more often, or compare less often");
            return read([.. own.Where(s => selector.Matchers.All(m => m.Fits(s)))]);
        });
    }

    private static string Hint(OtlpView view) => view.IsFull ? string.Create(CultureInfo.InvariantCulture, $"; some were turned away, for at most {OtlpStore.MostSeries} series of {OtlpStore.MostResources} processes are kept")
        : view.Known.Count == 0 ? "; nothing was" : $"; there are {string.Join(", ", view.Known.Order(StringComparer.Ordinal).Take(8))}";

    private static string Words(OtlpKind kind) => kind switch { OtlpKind.Sum => "counter", OtlpKind.Histogram => "histogram", _ => "gauge" };
}
