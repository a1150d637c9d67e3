using System.Collections.Immutable;
using Slipway.Engine.Ports;

namespace Slipway.Testing;

/// <summary>An event store that keeps the promises of one, for as long as the process lives.</summary>
public sealed class InMemoryEventStore : IEventStore, IStreamArchive
{
    private readonly Lock _lock = new();
    private readonly List<RecordedEvent> _all = [];
    private readonly Dictionary<string, List<RecordedEvent>> _streams = new(StringComparer.Ordinal);
    private readonly List<string> _names = [];
    private readonly SortedDictionary<string, StreamSnapshot> _snapshots = new(StringComparer.Ordinal);
    private long _last;
    private long _horizon;

    public Task<AppendResult> AppendAsync(string stream, long expectedVersion, IReadOnlyList<NewEvent> events, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
            return Task.FromResult(Append(stream, expectedVersion, events));
    }

    public Task<ImmutableArray<RecordedEvent>> ReadStreamAsync(string stream, long afterVersion, CancellationToken cancellationToken) =>
        ReadAsync<ImmutableArray<RecordedEvent>>(() => [.. Of(stream).Where(e => e.Version > afterVersion)], cancellationToken);

    public Task<ImmutableArray<RecordedEvent>> ReadAllAsync(long afterPosition, int limit, CancellationToken cancellationToken) =>
        ReadAsync<ImmutableArray<RecordedEvent>>(() => [.. _all.Where(e => e.Position > afterPosition).Take(limit)], cancellationToken);

    public Task<long> LastPositionAsync(CancellationToken cancellationToken) => ReadAsync(() => _last, cancellationToken);

    public Task<ImmutableArray<string>> StreamsAsync(string prefix, CancellationToken cancellationToken) =>
        ReadAsync<ImmutableArray<string>>(() => [.. _names.Where(n => n.StartsWith(prefix, StringComparison.Ordinal))], cancellationToken);

    public Task<StreamSnapshot?> SnapshotAsync(string stream, CancellationToken cancellationToken) => ReadAsync(() => _snapshots.GetValueOrDefault(stream), cancellationToken);

    public Task<ImmutableArray<StreamSnapshot>> SnapshotsAsync(string afterStream, int limit, CancellationToken cancellationToken) =>
        ReadAsync<ImmutableArray<StreamSnapshot>>(() => [.. _snapshots.Values.Where(s => string.CompareOrdinal(s.Stream, afterStream) > 0).Take(limit)], cancellationToken);

    public Task SaveSnapshotAsync(StreamSnapshot snapshot, CancellationToken cancellationToken) => ReadAsync(() =>
    {
        if (!_snapshots.TryGetValue(snapshot.Stream, out var kept) || (snapshot.Version, snapshot.Format).CompareTo((kept.Version, kept.Format)) > 0)
            _snapshots[snapshot.Stream] = snapshot;
        return true;
    }, cancellationToken);

    public Task<long> CompactAsync(string stream, long throughVersion, IReadOnlyCollection<string> types, CancellationToken cancellationToken) => ReadAsync(() =>
    {
        if (!_snapshots.TryGetValue(stream, out var kept) || kept.Version < throughVersion)
            return 0;
        var gone = Of(stream).Where(e => e.Version > 1 && e.Version <= throughVersion && e.Version < Of(stream)[^1].Version && types.Contains(e.Type)).ToHashSet();
        _horizon = Math.Max(_horizon, gone.Select(e => e.Position).DefaultIfEmpty().Max());
        _all.RemoveAll(gone.Contains);
        Of(stream).RemoveAll(gone.Contains);
        return (long)gone.Count;
    }, cancellationToken);

    public Task<long> HorizonAsync(CancellationToken cancellationToken) => ReadAsync(() => _horizon, cancellationToken);

    public Task ReclaimAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private AppendResult Append(string stream, long expectedVersion, IReadOnlyList<NewEvent> events)
    {
        var present = Of(stream);
        var version = present.Count == 0 ? 0 : present[^1].Version;
        if (version != expectedVersion)
            return new AppendResult.Conflict(version);
        if (present.Count == 0 && events.Count > 0)
        {
            _streams.Add(stream, present);
            _names.Add(stream);
        }

        foreach (var e in events)
        {
            _all.Add(new RecordedEvent(++_last, stream, ++version, e.Type, e.Data, e.At));
            present.Add(_all[^1]);
        }

        return new AppendResult.Appended(version, present.Count == 0 ? 0 : present[^1].Position);
    }

    private List<RecordedEvent> Of(string stream) => _streams.TryGetValue(stream, out var events) ? events : [];

    private Task<T> ReadAsync<T>(Func<T> read, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
            return Task.FromResult(read());
    }
}
