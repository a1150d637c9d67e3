using System.Collections.Immutable;
using Slipway.Core.Deployments;

namespace Slipway.Engine.Ports;

/// <summary>
/// Keeps what the checks of each deployment saw, for good, and where they stood, for a watch that begins again. Who watches takes the
/// deployment first; from then on nobody who took it earlier can save for it, however long they slept.
/// </summary>
public interface IAnalysisStore
{
    /// <summary>Makes the caller the only one who can save for a deployment, and tells where the last one stood.</summary>
    Task<TakenAnalysis> TakeAsync(DeploymentId deployment, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Saves where the checks stand, and chunks that are complete, all or nothing.</summary>
    /// <returns>False when somebody took the deployment since: nothing was saved, and nothing ever will be for this term.</returns>
    Task<bool> SaveAsync(DeploymentId deployment, AnalysisSave save, CancellationToken cancellationToken);

    /// <summary>Up to <paramref name="limit"/> chunks with a higher number than <paramref name="after"/>, in order.</summary>
    Task<ImmutableArray<AnalysisChunk>> ReadAsync(DeploymentId deployment, int after, int limit, CancellationToken cancellationToken);

    /// <summary>Where the checks stood when they were last saved; null when they never were. Takes nothing.</summary>
    Task<ReadOnlyMemory<byte>?> CheckpointAsync(DeploymentId deployment, CancellationToken cancellationToken);

    /// <summary>
    /// Forgets all deployments for which nothing was saved or taken since <paramref name="before"/>, and says how many. A watch saves at least once an hour, so what is
    /// under way is never among them.
    /// </summary>
    Task<int> PruneAsync(DateTimeOffset before, CancellationToken cancellationToken);
}

/// <summary>A deployment as its new watcher finds it.</summary>
/// <param name="Term">Higher than that of everybody who took it before.</param>
/// <param name="Checkpoint">Null when nothing was saved yet.</param>
/// <param name="Chunks">Number of the newest chunk; 0 when there is none.</param>
/// <param name="Bytes">Of all its chunks.</param>
public sealed record TakenAnalysis(long Term, ReadOnlyMemory<byte>? Checkpoint, int Chunks, long Bytes);

/// <param name="Term">From <see cref="TakenAnalysis"/>.</param>
/// <param name="Chunks">Numbered on from those that are there.</param>
/// <param name="At">When; what <see cref="IAnalysisStore.PruneAsync"/> goes by.</param>
public sealed record AnalysisSave(long Term, ReadOnlyMemory<byte> Checkpoint, ImmutableArray<AnalysisChunk> Chunks, DateTimeOffset At);

/// <param name="Number">From 1, without holes.</param>
/// <param name="Data">As <see cref="Core.Analysis.Recording.WindowChunk"/> packs it.</param>
public sealed record AnalysisChunk(int Number, ReadOnlyMemory<byte> Data);
