using System.Collections.Immutable;
using Slipway.Engine.Ports;
using Slipway.Storage;

namespace Slipway.Cluster.Nodes;

/// <summary>A store that several servers append to, and that says so when this one did.</summary>
internal sealed class SharedEventStore(PostgresEventStore store, NewsOfAppends news) : IEventStore, IStreamArchive, IStoreHealth
{
    public async Task<AppendResult> AppendAsync(string stream, long expectedVersion, IReadOnlyList<NewEvent> events, CancellationToken cancellationToken)
    {
        var result = await store.AppendAsync(stream, expectedVersion, events, cancellationToken);
        if (result is AppendResult.Appended)
            news.Stored();
        return result;
    }

    public Task<ImmutableArray<RecordedEvent>> ReadStreamAsync(string stream, long afterVersion, CancellationToken cancellationToken) => store.ReadStreamAsync(stream, afterVersion, cancellationToken);

    public Task<ImmutableArray<RecordedEvent>> ReadAllAsync(long afterPosition, int limit, CancellationToken cancellationToken) => store.ReadAllAsync(afterPosition, limit, cancellationToken);

    public Task<long> LastPositionAsync(CancellationToken cancellationToken) => store.LastPositionAsync(cancellationToken);

    public Task<ImmutableArray<string>> StreamsAsync(string prefix, CancellationToken cancellationToken) => store.StreamsAsync(prefix, cancellationToken);

    public Task<StreamSnapshot?> SnapshotAsync(string stream, CancellationToken cancellationToken) => store.SnapshotAsync(stream, cancellationToken);

    public Task<ImmutableArray<StreamSnapshot>> SnapshotsAsync(string afterStream, int limit, CancellationToken cancellationToken) => store.SnapshotsAsync(afterStream, limit, cancellationToken);

    public Task SaveSnapshotAsync(StreamSnapshot snapshot, CancellationToken cancellationToken) => store.SaveSnapshotAsync(snapshot, cancellationToken);

    public Task<long> CompactAsync(string stream, long throughVersion, IReadOnlyCollection<string> types, CancellationToken cancellationToken) => store.CompactAsync(stream, throughVersion, types, cancellationToken);

    public Task<long> HorizonAsync(CancellationToken cancellationToken) => store.HorizonAsync(cancellationToken);

    public Task ReclaimAsync(CancellationToken cancellationToken) => store.ReclaimAsync(cancellationToken);

    public Task<StoreHealth> CheckAsync(CancellationToken cancellationToken) => store.CheckAsync(cancellationToken);
}
