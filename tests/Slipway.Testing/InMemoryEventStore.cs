using System.Collections.Immutable;
using Slipway.Engine.Ports;

namespace Slipway.Testing;

/// <summary>An event store that keeps the promises of one, for as long as the process lives.</summary>
public sealed class InMemoryEventStore : IEventStore
{
    private readonly Lock _lock = new();
    private readonly List<RecordedEvent> _all = [];
    private readonly Dictionary<string, List<RecordedEvent>> _streams = new(StringComparer.Ordinal);
    private readonly List<string> _names = [];

    public Task<AppendResult> AppendAsync(string stream, long expectedVersion, IReadOnlyList<NewEvent> events, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
            return Task.FromResult(Append(stream, expectedVersion, events));
    }

    public Task<ImmutableArray<RecordedEvent>> ReadStreamAsync(string stream, long afterVersion, CancellationToken cancellationToken) =>
        ReadAsync<RecordedEvent>(() => [.. Of(stream).Skip((int)afterVersion)], cancellationToken);

    public Task<ImmutableArray<RecordedEvent>> ReadAllAsync(long afterPosition, int limit, CancellationToken cancellationToken) =>
        ReadAsync<RecordedEvent>(() => [.. _all.Skip((int)afterPosition).Take(limit)], cancellationToken);

    public Task<long> LastPositionAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
            return Task.FromResult((long)_all.Count);
    }

    public Task<ImmutableArray<string>> StreamsAsync(string prefix, CancellationToken cancellationToken) =>
        ReadAsync<string>(() => [.. _names.Where(n => n.StartsWith(prefix, StringComparison.Ordinal))], cancellationToken);

    private AppendResult Append(string stream, long expectedVersion, IReadOnlyList<NewEvent> events)
    {
        var present = Of(stream);
        if (present.Count != expectedVersion)
            return new AppendResult.Conflict(present.Count);
        if (present.Count == 0 && events.Count > 0)
        {
            _streams.Add(stream, present);
            _names.Add(stream);
        }

        foreach (var e in events)
        {
            _all.Add(new RecordedEvent(_all.Count + 1, stream, present.Count + 1, e.Type, e.Data, e.At));
            present.Add(_all[^1]);
        }

        return new AppendResult.Appended(present.Count, present.Count == 0 ? 0 : present[^1].Position);
    }

    private List<RecordedEvent> Of(string stream) => _streams.TryGetValue(stream, out var events) ? events : [];

    private Task<ImmutableArray<T>> ReadAsync<T>(Func<ImmutableArray<T>> read, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
            return Task.FromResult(read());
    }
}
