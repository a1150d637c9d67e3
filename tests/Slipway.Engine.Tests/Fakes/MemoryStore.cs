using System.Collections.Immutable;
using Slipway.Engine.Ports;

namespace Slipway.Engine.Tests.Fakes;

/// <summary>Keeps events in memory; can fail before or after an append took effect.</summary>
internal sealed class MemoryStore : IEventStore
{
    private readonly Lock _lock = new();
    private readonly List<RecordedEvent> _events = [];
    private int _calls;

    public int Calls => Volatile.Read(ref _calls);

    public int Conflicts { get; private set; }

    /// <summary>Asked before each append; true: the append takes effect, but its answer is lost.</summary>
    public Func<string, bool> LosesAnswer { get; set; } = _ => false;

    /// <summary>While it is away, reading of all events fails.</summary>
    public bool IsAway { get; set; }

    /// <summary>While they are away, reading of single streams fails.</summary>
    public bool StreamsAreAway { get; set; }

    /// <summary>How many readings failed.</summary>
    public int Failures { get; private set; }

    public ImmutableArray<RecordedEvent> All
    {
        get
        {
            lock (_lock)
                return [.. _events];
        }
    }

    public Task<AppendResult> AppendAsync(string stream, long expectedVersion, IReadOnlyList<NewEvent> events, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _calls);
        lock (_lock)
        {
            var version = _events.Count(e => e.Stream == stream);
            if (version != expectedVersion)
            {
                Conflicts++;
                return Task.FromResult<AppendResult>(new AppendResult.Conflict(version));
            }

            foreach (var e in events)
                _events.Add(new RecordedEvent(_events.Count + 1, stream, ++version, e.Type, e.Data, e.At));
            return LosesAnswer(stream) ? Task.FromException<AppendResult>(new IOException("the connection broke")) : Task.FromResult<AppendResult>(new AppendResult.Appended(version, _events.Count));
        }
    }

    public Task<ImmutableArray<RecordedEvent>> ReadStreamAsync(string stream, long afterVersion, CancellationToken cancellationToken) =>
        StreamsAreAway ? Task.FromException<ImmutableArray<RecordedEvent>>(new IOException("the store is away")) : Task.FromResult<ImmutableArray<RecordedEvent>>([.. All.Where(e => e.Stream == stream && e.Version > afterVersion)]);

    public Task<ImmutableArray<RecordedEvent>> ReadAllAsync(long afterPosition, int limit, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _calls);
        if (IsAway)
        {
            Failures++;
            return Task.FromException<ImmutableArray<RecordedEvent>>(new IOException("the store is away"));
        }

        return Task.FromResult<ImmutableArray<RecordedEvent>>([.. All.Where(e => e.Position > afterPosition).Take(limit)]);
    }

    public Task<long> LastPositionAsync(CancellationToken cancellationToken) => Task.FromResult<long>(All.Length);

    public Task<ImmutableArray<string>> StreamsAsync(string prefix, CancellationToken cancellationToken) =>
        Task.FromResult<ImmutableArray<string>>([.. All.Select(e => e.Stream).Distinct().Where(s => s.StartsWith(prefix, StringComparison.Ordinal))]);
}
