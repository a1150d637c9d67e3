using System.Collections.Immutable;
using Slipway.Engine.Ports;

namespace Slipway.Storage;

/// <summary>An event with its place, and an id by which its writer knows it again.</summary>
internal sealed record PlacedEvent(long Position, string Stream, long Version, Guid Id, NewEvent Event);

/// <summary>One append that waits to be saved.</summary>
internal sealed class PostgresAppend(string stream, long expectedVersion, IReadOnlyList<NewEvent> events)
{
    public string Stream => stream;

    public IReadOnlyList<NewEvent> Events => events;

    public TaskCompletionSource<AppendResult> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What is told once the transaction is committed.</summary>
    public AppendResult? Result { get; private set; }

    /// <summary>What is to be written; nothing when somebody else came first.</summary>
    public ImmutableArray<PlacedEvent> Placed { get; private set; } = [];

    /// <summary>Gives the events their places behind <paramref name="last"/> if the stream is where the writer saw it, and returns the last position then.</summary>
    /// <param name="versions">The streams' versions, with what comes before in the same transaction.</param>
    public long Place(long last, Dictionary<string, long> versions)
    {
        Placed = [];
        if (versions[stream] != expectedVersion)
        {
            Result = new AppendResult.Conflict(versions[stream]);
            return last;
        }

        Placed = [.. events.Select((e, i) => new PlacedEvent(last + i + 1, stream, expectedVersion + i + 1, Guid.NewGuid(), e))];
        versions[stream] += events.Count;
        Result = new AppendResult.Appended(versions[stream], events.Count == 0 ? 0 : last + events.Count);
        return last + events.Count;
    }

    /// <summary>After a lost commit. Who met a conflict is told nothing new: it may itself have been against what was not written.</summary>
    public void Conclude(bool written, Exception otherwise)
    {
        if (written)
            Done.TrySetResult(Result!);
        else
            Done.TrySetException(otherwise);
    }
}
