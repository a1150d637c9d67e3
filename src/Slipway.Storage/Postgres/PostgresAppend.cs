using System.Collections.Immutable;
using Slipway.Engine.Ports;

namespace Slipway.Storage;

/// <summary>One append that waits to be saved. Its events have ids of their own, so that it is known again when its answer was lost.</summary>
internal sealed class PostgresAppend(string stream, long expectedVersion, IReadOnlyList<NewEvent> events)
{
    public string Stream => stream;

    public long ExpectedVersion => expectedVersion;

    public IReadOnlyList<NewEvent> Events => events;

    public ImmutableArray<Guid> Ids { get; } = [.. events.Select(_ => Guid.NewGuid())];

    public TaskCompletionSource<AppendResult> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What the database answered.</summary>
    /// <param name="actualVersion">The stream's version before.</param>
    /// <param name="before">The position before its first event; null when somebody else came first.</param>
    public AppendResult Result(long actualVersion, long? before) => before is { } position
        ? new AppendResult.Appended(expectedVersion + events.Count, events.Count == 0 ? 0 : position + events.Count)
        : new AppendResult.Conflict(actualVersion);
}
