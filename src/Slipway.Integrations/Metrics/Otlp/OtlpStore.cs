using System.Globalization;
using Slipway.Integrations.Metrics.Histograms;
using Slipway.Integrations.Metrics.Otlp.Wire;

namespace Slipway.Integrations.Metrics.Otlp;

/// <summary>
/// What apps have exported in the last quarter of an hour, in memory. Totals and additions come to the same: what was added, when. A window that was
/// answered once keeps its answer: what comes for it afterwards counts in the next.
/// </summary>
public sealed class OtlpStore
{
    /// <summary>Most series of all apps together.</summary>
    public const int MostSeries = 20_000;

    /// <summary>Most processes, told apart by their attributes.</summary>
    public const int MostResources = 5_000;

    /// <summary>Longest attributes of a process, or of a series with its metric's name, in characters all together.</summary>
    public const int MostText = 16_384;

    /// <summary>How long anything is kept.</summary>
    internal static readonly TimeSpan Kept = TimeSpan.FromMinutes(15);

    private static readonly TimeSpan MostAhead = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MostLate = TimeSpan.FromMinutes(2);

    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly DateTimeOffset _began;
    private readonly Dictionary<string, OtlpResource> _resources = [];
    private readonly Dictionary<string, List<OtlpSeries>> _metrics = new(StringComparer.Ordinal);
    private DateTimeOffset _sealed;
    private DateTimeOffset _tidied;
    private int _series;
    private DateTimeOffset? _full;

    public OtlpStore(TimeProvider time)
    {
        _time = time;
        _began = _tidied = time.GetUtcNow();
    }

    /// <summary>Where apps export to, in words for people; null: nobody listens.</summary>
    public string? Listening { get; set; }

    /// <summary>Takes an export. What is not taken is counted, with the reason.</summary>
    internal ExportMetricsServiceResponse Take(ExportMetricsServiceRequest request)
    {
        Rejections rejections = new();
        lock (_lock)
        {
            var now = _time.GetUtcNow();
            Tidy(now);
            foreach (var exported in request.ResourceMetrics)
                Take(exported, now, rejections);
        }

        return rejections.Count == 0 ? new ExportMetricsServiceResponse()
            : new ExportMetricsServiceResponse { PartialSuccess = new ExportMetricsPartialSuccess { RejectedDataPoints = rejections.Count, ErrorMessage = rejections.Why } };
    }

    /// <summary>Reads all series of a metric up to an instant, before which nothing is added any more.</summary>
    internal T Read<T>(string metric, DateTimeOffset upTo, Func<OtlpView, T> read)
    {
        lock (_lock)
        {
            if (upTo > _sealed)
                _sealed = upTo;
            return read(new OtlpView(_metrics.GetValueOrDefault(metric) ?? [], _resources.Values, _metrics.Keys, _full is { } full && _time.GetUtcNow() - full < Kept));
        }
    }

    private void Take(ResourceMetrics exported, DateTimeOffset now, Rejections rejections)
    {
        (Metric Metric, OtlpPoint Point)[] points = [.. exported.ScopeMetrics.SelectMany(s => s.Metrics).SelectMany(m => OtlpPoint.Of(m).Select(p => (m, p)))];
        if (Find(exported.Resource, now, points.Length, rejections) is not { } resource)
            return;
        resource.Heard = now;
        foreach (var (metric, point) in points)
            Take(resource, metric, point, now, rejections);
    }

    /// <summary>Null when it is not kept: it has nothing to say, or there is no room for it.</summary>
    private OtlpResource? Find(Resource? exported, DateTimeOffset now, int points, Rejections rejections)
    {
        var attributes = Attributes(exported?.Attributes);
        var key = Key(attributes);
        if (_resources.TryGetValue(key, out var resource) || points == 0)
            return resource;
        if (key.Length > MostText)
            rejections.Add(Text($"the attributes of a process have {key.Length} characters, more than {MostText}; send fewer of them"), points);
        else if (_resources.Count >= MostResources)
        {
            _full = now;
            rejections.Add(Text($"there are {MostResources} processes already; give processes attributes that stay the same while they run"), points);
        }
        else
            return _resources[key] = new OtlpResource(attributes, now);
        return null;
    }

    private void Take(OtlpResource resource, Metric metric, OtlpPoint point, DateTimeOffset now, Rejections rejections)
    {
        var at = DateTimeOffset.UnixEpoch.AddTicks((long)(point.At / 100));
        if (at - now > MostAhead || now - at > MostLate)
        {
            resource.ClockOff = at - now;
            rejections.Add(Text($"points of '{metric.Name}' are {(at - now).Duration().TotalSeconds:0} s {(at > now ? "ahead of" : "behind")} the receiver's clock"));
            return;
        }

        resource.ClockOff = null;
        var attributes = Attributes(point.Attributes);
        var key = $"{metric.Name}\n{Key(attributes)}";
        if (key.Length > MostText)
        {
            rejections.Add(Text($"a series has a name and attributes of {key.Length} characters, more than {MostText}; give '{(metric.Name.Length > 100 ? metric.Name[..100] : metric.Name)}' fewer attributes"));
            return;
        }

        if (Find(resource, metric, point, attributes, key) is not { } series)
        {
            _full = now;
            rejections.Add(Text($"there are {MostSeries} series already; give '{metric.Name}' fewer attributes"));
            return;
        }

        // A window that was answered is closed: what comes late counts just after it.
        var kept = at > _sealed ? at : _sealed.AddTicks(1);
        if (resource.Exports.Count == 0 || resource.Exports[^1] != kept)
            resource.Exports.Add(kept);
        switch (point.Temporality)
        {
            case AggregationTemporality.Cumulative:
                series.TakeTotal(point.Start, point.At, point.Reading, resource.First < now || point.Start >= Nanoseconds(_began), kept);
                break;
            case AggregationTemporality.Delta:
                series.TakeAdded(point.Start, point.At, point.Reading, kept);
                break;
            default:
                series.Set(kept, point.Reading);
                break;
        }
    }

    private OtlpSeries? Find(OtlpResource resource, Metric metric, OtlpPoint point, SortedDictionary<string, string> attributes, string key)
    {
        if (resource.Series.TryGetValue(key, out var series) && series.Kind == point.Kind)
            return series;
        if (series is null && _series >= MostSeries)
            return null;
        if (series is not null)
            Drop(series);
        _series++;
        resource.Series[key] = series = new OtlpSeries(resource, metric.Name, attributes, point.Kind, OtlpPoint.SecondsIn(metric.Unit));
        if (!_metrics.TryGetValue(metric.Name, out var all))
            _metrics[metric.Name] = all = [];
        all.Add(series);
        return series;
    }

    private void Drop(OtlpSeries series)
    {
        _series--;
        if (_metrics.TryGetValue(series.Metric, out var all) && all.Remove(series) && all.Count == 0)
            _metrics.Remove(series.Metric);
    }

    /// <summary>Once a minute. A process that was silent for long has gone, and all that it counted with it.</summary>
    private void Tidy(DateTimeOffset now)
    {
        if (now - _tidied < TimeSpan.FromMinutes(1))
            return;
        _tidied = now;
        foreach (var (key, resource) in _resources.Where(r => now - r.Value.Heard > Kept).ToArray())
        {
            foreach (var series in resource.Series.Values)
                Drop(series);
            _resources.Remove(key);
        }

        foreach (var resource in _resources.Values)
        {
            resource.Exports.RemoveAll(e => e < now - Kept);
            foreach (var series in resource.Series.Values)
                series.Forget(now - Kept);
        }
    }

    private static ulong Nanoseconds(DateTimeOffset at) => (ulong)(at - DateTimeOffset.UnixEpoch).Ticks * 100;

    private static SortedDictionary<string, string> Attributes(IEnumerable<KeyValue>? attributes)
    {
        SortedDictionary<string, string> all = new(StringComparer.Ordinal);
        foreach (var attribute in attributes ?? [])
            all[attribute.Key] = OtlpPoint.Text(attribute.Value);
        return all;
    }

    private static string Text(FormattableString words) => words.ToString(CultureInfo.InvariantCulture);

    private static string Key(SortedDictionary<string, string> attributes) => string.Join('\n', attributes.Select(a => $"{a.Key.Length}:{a.Key}{a.Value.Length}:{a.Value}"));

    private sealed class Rejections
    {
        public long Count { get; private set; }

        public string Why { get; private set; } = "";

        public void Add(string why, int points = 1)
        {
            Count += points;
            Why = Why.Length == 0 ? why : Why;
        }
    }
}

/// <summary>What there is of one metric.</summary>
/// <param name="Series">Of every process.</param>
/// <param name="Resources">Every process, whether it exports this metric or not.</param>
/// <param name="Known">The names of all metrics.</param>
/// <param name="IsFull">Series or processes were turned away, for there were too many.</param>
internal sealed record OtlpView(IReadOnlyList<OtlpSeries> Series, IReadOnlyCollection<OtlpResource> Resources, IReadOnlyCollection<string> Known, bool IsFull);
