using System.Collections.Immutable;
using Slipway.Core.Deployments;
using Slipway.Engine.Ports;

namespace Slipway.Testing;

/// <summary>The plainest analysis store that keeps all promises.</summary>
public sealed class InMemoryAnalysisStore : IAnalysisStore
{
    private sealed record Kept(long Term, ReadOnlyMemory<byte>? Checkpoint, ImmutableArray<AnalysisChunk> Chunks, DateTimeOffset At);

    private readonly Lock _lock = new();
    private readonly Dictionary<DeploymentId, Kept> _kept = [];

    public Task<TakenAnalysis> TakeAsync(DeploymentId deployment, DateTimeOffset now, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var old = _kept.GetValueOrDefault(deployment) ?? new Kept(0, null, [], now);
            var taken = _kept[deployment] = old with { Term = old.Term + 1, At = now };
            return Task.FromResult(new TakenAnalysis(taken.Term, taken.Checkpoint, taken.Chunks.LastOrDefault()?.Number ?? 0, taken.Chunks.Sum(c => (long)c.Data.Length)));
        }
    }

    public Task<bool> SaveAsync(DeploymentId deployment, AnalysisSave save, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_kept.GetValueOrDefault(deployment) is not { } kept || kept.Term != save.Term)
                return Task.FromResult(false);
            _kept[deployment] = kept with { Checkpoint = save.Checkpoint, Chunks = [.. kept.Chunks, .. save.Chunks.Where(c => kept.Chunks.All(k => k.Number != c.Number))], At = save.At };
            return Task.FromResult(true);
        }
    }

    public Task<ImmutableArray<AnalysisChunk>> ReadAsync(DeploymentId deployment, int after, int limit, CancellationToken cancellationToken)
    {
        lock (_lock)
            return Task.FromResult(_kept.GetValueOrDefault(deployment)?.Chunks.Where(c => c.Number > after).Take(limit).ToImmutableArray() ?? []);
    }

    public Task<ReadOnlyMemory<byte>?> CheckpointAsync(DeploymentId deployment, CancellationToken cancellationToken)
    {
        lock (_lock)
            return Task.FromResult(_kept.GetValueOrDefault(deployment)?.Checkpoint);
    }

    public Task<int> PruneAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var old = _kept.Where(k => k.Value.At < before).Select(k => k.Key).ToList();
            old.ForEach(d => _kept.Remove(d));
            return Task.FromResult(old.Count);
        }
    }
}
