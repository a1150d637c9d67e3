using System.Collections.Immutable;

namespace Slipway.Engine.Ports;

/// <summary>
/// Streams of events. An append succeeds only at the version the writer has seen: that is the fence that keeps two owners from both
/// deciding. Every event also has a position in one order over all streams, without gaps a reader could miss events in.
/// </summary>
public interface IEventStore
{
    /// <summary>Appends all events or none. <paramref name="expectedVersion"/> is the number of events the writer has seen in the stream (0: none).</summary>
    Task<AppendResult> AppendAsync(string stream, long expectedVersion, IReadOnlyList<NewEvent> events, CancellationToken cancellationToken);

    /// <summary>The events of one stream after <paramref name="afterVersion"/>, in order.</summary>
    Task<ImmutableArray<RecordedEvent>> ReadStreamAsync(string stream, long afterVersion, CancellationToken cancellationToken);

    /// <summary>Up to <paramref name="limit"/> events of all streams after a position, in order.</summary>
    Task<ImmutableArray<RecordedEvent>> ReadAllAsync(long afterPosition, int limit, CancellationToken cancellationToken);

    /// <summary>The position of the newest event; 0 when there is none.</summary>
    Task<long> LastPositionAsync(CancellationToken cancellationToken);

    /// <summary>The names of all streams that begin with a prefix, in the order they were made.</summary>
    Task<ImmutableArray<string>> StreamsAsync(string prefix, CancellationToken cancellationToken);
}

/// <summary>An event to be stored.</summary>
/// <param name="Type">Stable name of the kind, such as <c>deployment.step-entered</c>.</param>
/// <param name="Data">JSON.</param>
/// <param name="At">When it was decided.</param>
public sealed record NewEvent(string Type, string Data, DateTimeOffset At);

/// <summary>A stored event.</summary>
/// <param name="Position">Place in the order of all events, from 1.</param>
/// <param name="Version">Place in its stream, from 1.</param>
public sealed record RecordedEvent(long Position, string Stream, long Version, string Type, string Data, DateTimeOffset At);

public abstract record AppendResult
{
    private AppendResult()
    {
    }

    /// <summary>Stored.</summary>
    /// <param name="Version">The stream's version now.</param>
    /// <param name="Position">Position of the last of the events.</param>
    public sealed record Appended(long Version, long Position) : AppendResult;

    /// <summary>Somebody else appended first; nothing was stored.</summary>
    public sealed record Conflict(long ActualVersion) : AppendResult;
}
