using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Slipway.Core.Analysis;
using Slipway.Core.Analysis.Recording;
using Slipway.Core.Deployments;
using Slipway.Engine.Ports;

namespace Slipway.Engine.Recording;

/// <summary>Begins the checks of deployments where they stood, and reads back what checks saw.</summary>
internal sealed partial class Recordings(IAnalysisStore store, TimeProvider time, ILogger logger)
{
    private const int Page = 60;

    /// <summary>Takes the deployment, so that no earlier watcher saves for it any more, and has the checks go on from what they had learned.</summary>
    /// <param name="startedAt">When the deployment started; times of windows count from there.</param>
    public async Task<RecordedAnalysis> BeginAsync(DeploymentSpec spec, DateTimeOffset startedAt, CancellationToken cancellationToken)
    {
        var taken = await store.TakeAsync(spec.Id, time.GetUtcNow(), cancellationToken);
        var gates = Deployment.Gates(spec);
        if (taken.Checkpoint is not { } saved)
            return new RecordedAnalysis(spec.Id, new CanaryAnalysis(spec.Checks, gates), new Recorder(0, 0, []), taken.Term, isNew: true, startedAt, store, time, logger);
        try
        {
            var checkpoint = AnalysisCheckpoint.Read(saved);
            var analysis = CanaryAnalysis.Restore(checkpoint.State, spec.Checks, gates) ?? await ReplayAsync(spec, checkpoint, cancellationToken);
            return new RecordedAnalysis(spec.Id, analysis, new Recorder(taken.Chunks, taken.Bytes, checkpoint.Windows), taken.Term, isNew: false, startedAt, store, time, logger);
        }
        catch (FormatException e)
        {
            Unreadable(logger, e, spec.Id.Value);
            Recorder recorder = new(taken.Chunks, taken.Bytes, []);
            recorder.Add(new ObservedWindow.BegunAnew(time.GetUtcNow() - startedAt));
            return new RecordedAnalysis(spec.Id, new CanaryAnalysis(spec.Checks, gates), recorder, taken.Term, isNew: true, startedAt, store, time, logger);
        }
    }

    /// <summary>What another version of the checks had learned cannot be taken over: they are shown once more what they saw.</summary>
    private async Task<CanaryAnalysis> ReplayAsync(DeploymentSpec spec, AnalysisCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        var gates = Deployment.Gates(spec);
        CanaryAnalysis analysis = new(spec.Checks, gates);
        await foreach (var windows in ChunksAsync(spec.Id, cancellationToken))
            analysis = Replayed.Onto(analysis, spec.Checks, gates, windows);
        return Replayed.Onto(analysis, spec.Checks, gates, checkpoint.Windows);
    }

    /// <summary>What the checks of a deployment saw, a page at a time.</summary>
    /// <param name="after">The last chunk that was read before; 0: from the beginning.</param>
    /// <exception cref="FormatException">What is stored is damaged, or was written by a newer Slipway.</exception>
    public async Task<WindowPage> ReadAsync(DeploymentId id, int after, CancellationToken cancellationToken)
    {
        var chunks = await store.ReadAsync(id, after, Page, cancellationToken);
        var windows = chunks.SelectMany(c => WindowChunk.Unpack(c.Data.Span)).ToImmutableArray();
        var last = chunks.IsEmpty ? after : chunks[^1].Number;
        if (chunks.Length == Page || await store.CheckpointAsync(id, cancellationToken) is not { } saved)
            return new WindowPage(windows, chunks.Length == Page ? last : null);
        // A chunk that was completed since the look at the chunks is on the next page.
        var checkpoint = AnalysisCheckpoint.Read(saved);
        return checkpoint.Chunks > last ? new WindowPage(windows, last) : new WindowPage([.. windows, .. checkpoint.Windows], null);
    }

    private async IAsyncEnumerable<ImmutableArray<ObservedWindow>> ChunksAsync(DeploymentId id, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var after = 0; await store.ReadAsync(id, after, Page, cancellationToken) is { IsEmpty: false } page; after = page[^1].Number)
        {
            foreach (var chunk in page)
                yield return WindowChunk.Unpack(chunk.Data.Span);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "What the checks of {DeploymentId} saw so far cannot be read back; they begin anew")]
    private static partial void Unreadable(ILogger logger, Exception e, string deploymentId);
}

/// <summary>What checks saw.</summary>
/// <param name="Next">What to ask after for the next page; null: this was the last.</param>
public sealed record WindowPage(ImmutableArray<ObservedWindow> Windows, int? Next);
