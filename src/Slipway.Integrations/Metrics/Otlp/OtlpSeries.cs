namespace Slipway.Integrations.Metrics.Otlp;

/// <summary>What kind of numbers a series has.</summary>
internal enum OtlpKind
{
    /// <summary>It goes up and down: the newest counts.</summary>
    Gauge,

    /// <summary>It is added to.</summary>
    Sum,

    Histogram,
}

/// <summary>One series of one process: what was added to it, when; of a gauge, what it was, when.</summary>
internal sealed class OtlpSeries(OtlpResource resource, string metric, IReadOnlyDictionary<string, string> attributes, OtlpKind kind, double unit)
{
    /// <summary>One a second for as long as is kept, and more.</summary>
    private const int MostKept = 2000;

    private readonly List<(DateTimeOffset At, Reading Reading)> _kept = [];
    private readonly Queue<(ulong Start, ulong At)> _deltas = new();
    private (ulong Start, ulong At, Reading Reading)? _last;

    public OtlpResource Resource => resource;

    public string Metric => metric;

    public IReadOnlyDictionary<string, string> Attributes => attributes;

    public OtlpKind Kind => kind;

    /// <summary>Seconds in one of what a histogram measures.</summary>
    public double Unit => unit;

    /// <summary>Two processes export this series in turns, and what each adds cannot be told apart.</summary>
    public bool IsShared { get; private set; }

    /// <summary>A point of a gauge.</summary>
    public void Set(DateTimeOffset at, Reading reading) => Keep(at, reading);

    /// <summary>What was counted since an app began to count. Repeated points and those that come out of order say nothing new.</summary>
    /// <param name="start">When it began to count, in nanoseconds.</param>
    /// <param name="at">As of when, in nanoseconds.</param>
    /// <param name="since">Whether all of it was counted since somebody listens: else the first point only says where the next begin.</param>
    /// <param name="kept">When it counts.</param>
    public void TakeTotal(ulong start, ulong at, Reading reading, bool since, DateTimeOffset kept)
    {
        if (_last is { } last)
        {
            IsShared |= start < last.Start && at > last.At;
            if (at <= last.At || start < last.Start)
                return;
            Keep(kept, (start > last.Start ? null : reading.Since(last.Reading)) ?? reading);
        }
        else
        {
            // A first point that only says where the next begin is kept all the same: the series is there, and nothing was added to it.
            Keep(kept, since ? reading : reading.Since(reading)!);
        }

        _last = (start, at, reading);
    }

    /// <summary>What was counted since the point before. One that was had already is a repeated export.</summary>
    public void TakeAdded(ulong start, ulong at, Reading reading, DateTimeOffset kept)
    {
        if (_deltas.Contains((start, at)))
            return;
        _deltas.Enqueue((start, at));
        if (_deltas.Count > 64)
            _deltas.Dequeue();
        Keep(kept, reading);
    }

    /// <summary>What was added after one instant up to another.</summary>
    public IEnumerable<Reading> Between(DateTimeOffset from, DateTimeOffset to) => _kept.Where(k => k.At > from && k.At <= to).Select(k => k.Reading);

    /// <summary>What it was at an instant; null when that is not known, or too long ago.</summary>
    public Reading? Newest(DateTimeOffset at, TimeSpan stale) => _kept.Where(k => k.At <= at && k.At > at - stale).OrderBy(k => k.At).LastOrDefault().Reading;

    public void Forget(DateTimeOffset before) => _kept.RemoveAll(k => k.At < before);

    private void Keep(DateTimeOffset at, Reading reading)
    {
        _kept.Add((at, reading));
        if (_kept.Count > MostKept)
            _kept.RemoveRange(0, MostKept / 10);
    }
}

/// <summary>One process that exports, by its resource attributes.</summary>
internal sealed class OtlpResource(IReadOnlyDictionary<string, string> attributes, DateTimeOffset first)
{
    public IReadOnlyDictionary<string, string> Attributes => attributes;

    /// <summary>When it was heard of first.</summary>
    public DateTimeOffset First { get; } = first;

    /// <summary>As of when it exported.</summary>
    public List<DateTimeOffset> Exports { get; } = [];

    public DateTimeOffset Heard { get; set; } = first;

    public Dictionary<string, OtlpSeries> Series { get; } = [];

    /// <summary>How far its clock is ahead, when that is too far; negative: its points come so late, or its clock is so far behind.</summary>
    public TimeSpan? ClockOff { get; set; }
}
