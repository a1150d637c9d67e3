using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Slipway.Core.Analysis;
using Slipway.Core.Analysis.Recording;
using Slipway.Core.Deployments;
using Slipway.Core.Traffic;
using Slipway.Engine.Ports;

namespace Slipway.Engine.Recording;

/// <summary>
/// The checks of one watch, with a memory: what they are shown is kept, and where they stand is saved beside the work, never in its way.
/// A server that is killed loses at most the last ten seconds of what they saw; the last minute, once there is so much that seconds are kept as sums.
/// </summary>
internal sealed partial class RecordedAnalysis
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    /// <summary>Also without traffic: what was not saved for long is taken for ended, and forgotten.</summary>
    private static readonly TimeSpan AtLeastEvery = TimeSpan.FromHours(1);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly DeploymentId _id;
    private readonly CanaryAnalysis _analysis;
    private readonly Recorder _recorder;
    private readonly long _term;
    private readonly DateTimeOffset _startedAt;
    private readonly IAnalysisStore _store;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private ImmutableArray<AnalysisChunk> _unsaved = [];
    private Task<bool> _saving = Task.FromResult(true);
    private long _savedAt;
    private bool _hasNews;
    private bool _isSucceeded;

    public RecordedAnalysis(DeploymentId id, CanaryAnalysis analysis, Recorder recorder, long term, bool isNew, DateTimeOffset startedAt, IAnalysisStore store, TimeProvider time, ILogger logger)
    {
        (_id, _analysis, _recorder, _term, IsNew, _startedAt, _store, _time, _logger) = (id, analysis, recorder, term, isNew, startedAt, store, time, logger);
        _savedAt = time.GetTimestamp();
    }

    /// <summary>Whether nothing is known from an earlier watch.</summary>
    public bool IsNew { get; }

    public AnalysisReport Report() => _analysis.Report();

    /// <summary>What the baseline did before the candidate had traffic.</summary>
    /// <param name="ago">How long ago that ended.</param>
    public void LearnBaseline(SideCounts counts, TimeSpan ago) => Show(new ObservedWindow.Learned(Now - ago, counts), counts.Completed > 0);

    /// <summary>What both sides did since the call before. Noise is learned from the baseline's shards; the candidate's are nobody's.</summary>
    public void Observe(SideCounts? candidate, SideCounts? baseline, SplitSeen? split) =>
        Show(new ObservedWindow.Compared(Now, candidate is null ? null : candidate with { Shards = null, Instances = null }, baseline) { Split = split }, candidate is not null || baseline is not null);

    /// <summary>What a metric source said of one check's sides.</summary>
    public void Observe(MetricWindow window) => Show(new ObservedWindow.Measured(Now, window), hasTraffic: true);

    /// <summary>Begins to save when it is time. Nobody waits for it; what could not be saved is saved with the next.</summary>
    public void SaveIfDue()
    {
        var since = _time.GetElapsedTime(_savedAt);
        if (_saving.IsCompleted && !_isSucceeded && ((_hasNews && since >= Every * Math.Min(6, _recorder.Merging)) || since >= AtLeastEvery))
            _saving = SaveAsync(close: _recorder.IsFull || since >= AtLeastEvery);
    }

    /// <summary>Saves all that is left, within a few seconds.</summary>
    public async Task EndAsync()
    {
        try
        {
            await _saving.WaitAsync(Patience, _time);
            if (!_isSucceeded)
                await SaveAsync(close: true).WaitAsync(Patience, _time);
        }
        catch (TimeoutException e)
        {
            NotSaved(_logger, e, _id.Value);
        }
    }

    /// <summary>In whole milliseconds: finer times would be kept for nothing.</summary>
    private TimeSpan Now
    {
        get
        {
            var since = _time.GetUtcNow() - _startedAt;
            return TimeSpan.FromTicks(since.Ticks / TimeSpan.TicksPerMillisecond * TimeSpan.TicksPerMillisecond);
        }
    }

    private void Show(ObservedWindow window, bool hasTraffic)
    {
        Replayed.Show(_analysis, window);
        if (!_isSucceeded)
            _recorder.Add(window);
        _hasNews |= hasTraffic;
    }

    /// <summary>Copies what is to be saved before it first waits: the next second may be shown meanwhile.</summary>
    private async Task<bool> SaveAsync(bool close)
    {
        (_savedAt, _hasNews) = (_time.GetTimestamp(), false);
        if (close && _recorder.Close() is { } chunk)
            _unsaved = _unsaved.Add(new AnalysisChunk(_recorder.Chunks, chunk));
        var chunks = _unsaved;
        try
        {
            if (await _store.SaveAsync(_id, new AnalysisSave(_term, (_recorder.Checkpoint() with { State = _analysis.Save() }).ToBytes(), chunks, _time.GetUtcNow()), CancellationToken.None))
            {
                _unsaved = _unsaved.RemoveRange(chunks);
                return true;
            }

            _isSucceeded = true;
            Succeeded(_logger, _id.Value);
        }
        catch (Exception e)
        {
            _hasNews = true;
            NotSaved(_logger, e, _id.Value);
        }

        return false;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "What the checks of {DeploymentId} saw could not be saved; it is tried again")]
    private static partial void NotSaved(ILogger logger, Exception e, string deploymentId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{DeploymentId} is watched by another server now; this one saves nothing more for it")]
    private static partial void Succeeded(ILogger logger, string deploymentId);
}
