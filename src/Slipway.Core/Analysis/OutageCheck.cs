using static Slipway.Core.Analysis.Sentences;

namespace Slipway.Core.Analysis;

/// <summary>
/// A rule in place of a bet: nobody should have to wait for statistics when a candidate gives no answer at all. Seconds in which
/// the candidate has no traffic neither count nor reset; nor do those in which the baseline is silent too.
/// </summary>
internal sealed class OutageCheck(CheckSpec.Outage spec) : Check(spec)
{
    /// <summary>One or two lost requests are bad luck.</summary>
    private const long EnoughRequests = 3;

    /// <summary>Two calls further apart than this have a hole between them, of which nothing is known.</summary>
    private static readonly TimeSpan LongestTick = TimeSpan.FromSeconds(15);

    private readonly Latencies _baseline = new();
    private TimeSpan? _last;
    private TimeSpan _silent;
    private TimeSpan _bothSilent;
    private long _started;
    private long _lost;
    private long _waiting;
    private long _baselineAnswered;
    private bool _answers;

    public override bool IsAtLimit => Involved >= EnoughRequests && _silent > TimeSpan.Zero && _silent >= Patience;

    private long Involved => Math.Max(_started, _lost + _waiting);

    // Requests that broke off are no answers at once. Requests that wait are only when the baseline would long have answered:
    // twice what 99 of 100 of its requests need, so that slow or streaming services are not taken for dead ones.
    private TimeSpan Patience => _lost >= EnoughRequests || _silent < spec.Silence || 2 * _baseline.Quantile(0.99) < spec.Silence
        ? spec.Silence
        : 2 * _baseline.Quantile(0.99);

    public override void Learn(TimeSpan at, in SideTick baseline)
    {
        _last = at;
        _baseline.Add(baseline.Latency);
    }

    protected override void Update(in Tick tick)
    {
        var length = Length(tick.At);
        _last = tick.At;
        _baseline.Add(tick.Baseline.Latency);
        if (tick.Candidate.Answered > 0)
        {
            Reset();
        }
        else if (tick.Candidate.HasTraffic)
        {
            Count(tick, length);
        }
    }

    protected override void SyncMore(Snapshot state)
    {
        _baseline.Sync(state);
        state.Sync(ref _last);
        state.Sync(ref _silent);
        state.Sync(ref _bothSilent);
        state.Sync(ref _started);
        state.Sync(ref _lost);
        state.Sync(ref _waiting);
        state.Sync(ref _baselineAnswered);
        state.Sync(ref _answers);
    }

    protected override CheckReport Describe(in Totals totals)
    {
        var (verdict, summary) = (IsAtLimit, _bothSilent >= spec.Silence, _silent + _bothSilent > TimeSpan.Zero, _answers) switch
        {
            (true, _, _, _) => (Verdict.Fail, $"No answer to any of {Requests(Involved)} for {Time(_silent)}, {BaselineMeanwhile}"),
            (_, true, _, _) => (Verdict.Error, $"Neither side has answered for {Time(_bothSilent)}: the candidate cannot be told from the baseline"),
            (_, _, true, _) => (Verdict.Inconclusive, $"No answer to {Requests(Involved)} for {Time(_silent)} so far, {BaselineMeanwhile}"),
            (_, _, _, true) => (Verdict.Pass, "The candidate answers"),
            _ => (Verdict.Inconclusive, "The candidate has had no request yet"),
        };
        return totals.Report(Spec.Name, verdict, summary);
    }

    private string BaselineMeanwhile => _baselineAnswered > 0
        ? $"while the baseline answered {Sentences.Count(_baselineAnswered)}"
        : "and the baseline had no traffic to compare with";

    private TimeSpan Length(TimeSpan at)
    {
        var length = at - _last;
        return length is null || length > LongestTick ? TimeSpan.FromSeconds(1) : length.Value;
    }

    private void Reset()
    {
        (_silent, _bothSilent, _started, _lost, _waiting, _baselineAnswered) = (TimeSpan.Zero, TimeSpan.Zero, 0, 0, 0, 0);
        _answers = true;
    }

    private void Count(in Tick tick, TimeSpan length)
    {
        _started += tick.Candidate.Started;
        _lost += tick.Candidate.NoAnswer;
        _waiting = tick.Candidate.InFlight;
        _baselineAnswered += tick.Baseline.Answered;
        if (tick.Baseline.HasTraffic && tick.Baseline.Answered == 0)
        {
            _bothSilent += length;
            return;
        }

        _bothSilent = TimeSpan.Zero;
        _silent += length;
    }
}
