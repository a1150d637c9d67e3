using System.Collections.Immutable;
using Slipway.Core.Configuration;
using Slipway.Engine.Feed;
using Slipway.Engine.Ports;
using Slipway.Engine.Telemetry;

namespace Slipway.Engine.Streams;

/// <summary>
/// One stream and the state it folds to. Decisions are made on the newest state and saved at the version they were made on; when somebody
/// else saved first, the decision is made again. One writer at a time in this process, any number of readers of <see cref="State"/>.
/// </summary>
internal sealed class EventStream<TState, TEvent>(IEventStore store, EventFeed feed, TimeProvider time, string name, TState empty, Func<TState, TEvent, TState> evolve)
    : IDisposable
    where TState : class
    where TEvent : class
{
    private readonly SemaphoreSlim _writer = new(1, 1);
    private readonly TState _empty = empty;
    private volatile TState _state = empty;
    private long _version;
    private volatile bool _behind;

    /// <summary>Whether more may be saved than is known here: an append had no answer.</summary>
    public bool IsBehind => _behind;

    public TState State => _state;

    public long Version => Interlocked.Read(ref _version);

    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        await _writer.WaitAsync(cancellationToken);
        try
        {
            await CatchUpAsync(cancellationToken);
        }
        finally
        {
            _writer.Release();
        }
    }

    /// <summary>Decides on the newest state and saves; returns the result of the decision that was saved.</summary>
    public async Task<TResult> UpdateAsync<TResult>(Func<TState, (ImmutableArray<TEvent> Events, TResult Result)> decide, CancellationToken cancellationToken)
    {
        await _writer.WaitAsync(cancellationToken);
        try
        {
            if (_behind)
                await CatchUpAsync(cancellationToken);
            while (true)
            {
                var (events, result) = decide(_state);
                if (events.IsEmpty || await TrySaveAsync(events, cancellationToken) is not { } conflict)
                    return result;
                var known = _version;
                if (conflict.ActualVersion < known)
                    Forget();
                await CatchUpAsync(cancellationToken);
                if (_version < known)
                    throw new HistoryException(new Problem("SLIP0531", name, $"the store has {_version} events where {known} were saved: it lost the last ones (a fail-over to a replica that was behind?)", "what it has holds from now on; look at `slipway status` and ask again"));
            }
        }
        finally
        {
            _writer.Release();
        }
    }

    public void Dispose() => _writer.Dispose();

    /// <summary>What was known is not what is stored.</summary>
    private void Forget()
    {
        _state = _empty;
        Interlocked.Exchange(ref _version, 0);
    }

    /// <summary>Null when it was saved.</summary>
    private async Task<AppendResult.Conflict?> TrySaveAsync(ImmutableArray<TEvent> events, CancellationToken cancellationToken)
    {
        var (now, begun) = (time.GetUtcNow(), time.GetTimestamp());
        AppendResult saved;
        try
        {
            saved = await store.AppendAsync(name, _version, [.. events.Select(e => Journal<TEvent>.Write(e, now))], cancellationToken);
        }
        catch (Exception)
        {
            // Whoever asked is told; that it may have been saved all the same is looked at as soon as the store answers.
            _behind = true;
            feed.Announce();
            throw;
        }

        EngineTelemetry.Saved(time.GetElapsedTime(begun), conflict: saved is AppendResult.Conflict);
        if (saved is not AppendResult.Appended appended)
            return (AppendResult.Conflict)saved;
        _state = events.Aggregate(_state, evolve);
        Interlocked.Exchange(ref _version, appended.Version);
        feed.Announce();
        return null;
    }

    private async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        var (state, version) = await Folding.FoldAsync(store, name, _state, _version, evolve, cancellationToken);
        _behind = false;
        _state = state;
        Interlocked.Exchange(ref _version, version);
    }
}
