using System.Text.Json;
using Slipway.Core;
using Slipway.Core.Configuration;
using Slipway.Engine.Ports;

namespace Slipway.Engine.Streams;

/// <summary>Folds streams: from the state that is kept of their beginning, where there is one, and the events after it.</summary>
internal static class Folding
{
    /// <summary>A stream's state and how many events are in it.</summary>
    /// <param name="store">Has the events.</param>
    /// <param name="stream">Its name.</param>
    /// <param name="state">What is known already…</param>
    /// <param name="version">…and how many events are in that.</param>
    /// <param name="evolve">Folds one more event.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HistoryException">Events are missing that no state has, or are of a kind that this Slipway does not know.</exception>
    public static async Task<(TState State, long Version)> FoldAsync<TState, TEvent>(
        IEventStore store, string stream, TState state, long version, Func<TState, TEvent, TState> evolve, CancellationToken cancellationToken)
        where TState : class
        where TEvent : class
    {
        if (version == 0 && store is IStreamArchive archive && await archive.SnapshotAsync(stream, cancellationToken) is { Format: <= StateJson.Format } snapshot)
            (state, version) = (Read<TState>(snapshot), snapshot.Version);
        foreach (var e in await store.ReadStreamAsync(stream, version, cancellationToken))
        {
            if (e.Version != version + 1)
                throw new HistoryException(new Problem("SLIP0530", stream, $"event {version + 1} was removed and no state of it can be read", "run the Slipway that compacted it, or restore a backup from before"));
            (state, version) = (evolve(state, Journal<TEvent>.Read(e)), e.Version);
        }

        return (state, version);
    }

    private static TState Read<TState>(StreamSnapshot snapshot) where TState : class
    {
        try
        {
            return StateJson.Read<TState>(snapshot.Data);
        }
        catch (JsonException e)
        {
            throw new HistoryException(new Problem("SLIP0530", snapshot.Stream, $"the state kept of its first {snapshot.Version} events cannot be read ({e.Message})", "restore a backup"), e);
        }
    }
}
