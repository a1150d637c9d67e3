using System.Collections.Immutable;
using Slipway.Engine.Ports;

namespace Slipway.Cluster.Nodes;

/// <summary>A store that several servers append to, and that says so when this one did.</summary>
internal sealed class SharedEventStore(IEventStore store, NewsOfAppends news) : IEventStore
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
}
