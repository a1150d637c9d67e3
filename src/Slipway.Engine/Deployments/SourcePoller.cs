using System.Collections.Concurrent;
using System.Collections.Immutable;
using Slipway.Core.Analysis;
using Slipway.Engine.Ports;

namespace Slipway.Engine.Deployments;

/// <summary>Whose numbers a check compares at a moment; the baseline is null where there is none.</summary>
internal sealed record Sides(MetricSubject Candidate, MetricSubject? Baseline);

/// <summary>
/// Asks the metric sources of one deployment's checks, each at its own pace and in the background: a source that is slow or dead delays
/// nothing but itself. Of each check and side at most one question is open; what a late one misses is in the window after it.
/// </summary>
/// <param name="startedAt">When the deployment started: windows say how long after that they end, also after a restart.</param>
internal sealed class SourcePoller(ImmutableArray<CheckSpec> checks, IReadOnlyDictionary<string, IMetricSource> kinds, DateTimeOffset startedAt, TimeProvider time)
{
    /// <summary>As often as metrics servers usually look themselves.</summary>
    public static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(15);

    /// <summary>A source ends by its own time-out. One that does not is not waited for.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly ConcurrentQueue<MetricWindow> _answers = new();
    private readonly Poll[] _polls = [.. checks.Where(c => c.From is not null).Select(c => new Poll(c, time.GetUtcNow()))];

    /// <summary>The checks whose questions are not answered yet.</summary>
    public IEnumerable<string> Open => _polls.Where(p => !p.Open.IsCompleted).Select(p => p.Check.Name);

    /// <summary>What was measured since the last call, oldest first.</summary>
    public IEnumerable<MetricWindow> Take()
    {
        while (_answers.TryDequeue(out var window))
            yield return window;
    }

    /// <summary>Begins what is due. Never waits. A check that compares asks nothing where there is nothing to compare with.</summary>
    public void Ask(Sides sides, ImmutableArray<MetricSourceSpec> sources, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        foreach (var poll in _polls)
        {
            // Asked sooner, a source does not know yet, and nobody would ask again.
            var to = now - Delay(poll, sources);
            if (!poll.Open.IsCompleted || to < poll.From + (poll.Check.Interval ?? DefaultInterval))
                continue;
            var from = poll.From;
            poll.From = to;
            if (sides.Baseline is not null || !poll.Check.ComparesSides)
                poll.Open = Task.Run(() => MeasureAsync(poll, sides, sources, from, to, cancellationToken), CancellationToken.None);
        }
    }

    private TimeSpan Delay(Poll poll, ImmutableArray<MetricSourceSpec> sources) =>
        sources.FirstOrDefault(s => s.Name == poll.Check.From!.Source) is { } source && kinds.TryGetValue(source.Kind, out var asked) ? asked.Delay(source) : TimeSpan.Zero;

    /// <summary>Waits for what is under way, after it was cancelled.</summary>
    public Task WhenIdleAsync() => Task.WhenAll(_polls.Select(p => p.Open));

    private async Task MeasureAsync(Poll poll, Sides sides, ImmutableArray<MetricSourceSpec> sources, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var query = poll.Check.From!;
        if (sources.FirstOrDefault(s => s.Name == query.Source) is not { } source)
        {
            Answer(new Measurement.Failed($"the project has no source '{query.Source}' any more"), null);
            return;
        }

        var candidate = MeasureAsync(poll.Candidate, new MetricRequest(source, query, sides.Candidate, true, from, to), cancellationToken);
        var baseline = poll.Check.ComparesSides ? MeasureAsync(poll.Baseline, new MetricRequest(source, query, sides.Baseline!, false, from, to), cancellationToken) : null;
        var (c, b) = (await candidate, baseline is null ? null : await baseline);
        if (!cancellationToken.IsCancellationRequested)
            Answer(c, b);

        void Answer(Measurement candidate, Measurement? baseline) => _answers.Enqueue(new MetricWindow(poll.Check.Name, to - startedAt, candidate, baseline));
    }

    private async Task<Measurement> MeasureAsync(Side side, MetricRequest request, CancellationToken cancellationToken)
    {
        if (!kinds.TryGetValue(request.Source.Kind, out var asked))
            return new Measurement.Failed($"this server asks no source of the kind '{request.Source.Kind}'");
        if (!side.Asked.IsCompleted)
            return new Measurement.Failed($"the source '{request.Source.Name}' has not ended an earlier question");
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            var answer = asked.MeasureAsync(request, enough.Token);
            side.Asked = answer;
            return await Task.WhenAny(answer, Task.Delay(Patience, time, enough.Token)) == answer
                ? Finite(await answer)
                : new Measurement.Failed($"the source '{request.Source.Name}' did not answer within {Patience.TotalSeconds:0} s");
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return new Measurement.Failed("nobody waits for the answer any more");
        }
        catch (Exception e)
        {
            return new Measurement.Failed($"the source '{request.Source.Name}' broke: {e.Message}");
        }
        finally
        {
            await enough.CancelAsync();
        }
    }

    /// <summary>What is no number is none, and could not be kept either.</summary>
    private static Measurement Finite(Measurement measured) => measured switch
    {
        Measurement.Counts c when !double.IsFinite(c.Exposure) || !double.IsFinite(c.Count) => new Measurement.Failed("the source gave a count that is no number"),
        Measurement.Value v when !double.IsFinite(v.Number) => new Measurement.Failed("the source gave a value that is no number"),
        _ => measured,
    };

    private sealed class Poll(CheckSpec check, DateTimeOffset begun)
    {
        public CheckSpec Check => check;

        /// <summary>Where the next window begins.</summary>
        public DateTimeOffset From { get; set; } = begun;

        /// <summary>The measuring under way.</summary>
        public Task Open { get; set; } = Task.CompletedTask;

        public Side Candidate { get; } = new();

        public Side Baseline { get; } = new();
    }

    private sealed class Side
    {
        /// <summary>What the source was last asked; it may take longer than it was waited for.</summary>
        public Task Asked { get; set; } = Task.CompletedTask;
    }
}
