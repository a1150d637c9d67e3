using System.Runtime.CompilerServices;
using Slipway.Core.Configuration;
using Slipway.Engine.Ports;

namespace Slipway.Engine.Feed;

/// <summary>
/// All events in one order, resumable at any position: no gap, no repeat. Thousands may follow: who is up to date reads what one reader for
/// all has read; who is behind reads the store until it has caught up.
/// </summary>
public sealed class EventFeed : IAsyncDisposable
{
    /// <summary>Of about a kilobyte each: some megabytes, however many follow.</summary>
    private const int MostEvents = 8192;

    private const long MostCharacters = 16 << 20;

    /// <summary>How many one follower takes at a time from the store, and from what was read for all: what a slow one holds on to.</summary>
    private const int Page = 500;

    private const int Handful = 64;

    private readonly IEventStore _store;
    private readonly TimeProvider _time;
    private readonly RecentEvents _recent;
    private readonly FeedTail _tail;
    private volatile TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public EventFeed(IEventStore store, TimeProvider time) : this(store, time, MostEvents)
    {
    }

    /// <param name="mostEvents">How many events are kept for those who are nearly up to date.</param>
    internal EventFeed(IEventStore store, TimeProvider time, int mostEvents)
    {
        (_store, _time, _recent) = (store, time, new RecentEvents(mostEvents, MostCharacters));
        _tail = new FeedTail(store, this, _recent, time);
    }

    /// <summary>How many follow now.</summary>
    public int Followers => _tail.Followers;

    /// <summary>Completes at the next append. Take it before reading, so that nothing falls between.</summary>
    internal Task News => _news.Task;

    /// <summary>
    /// Why events after a position cannot be told without a gap, and where to go on; null when they can. From the very beginning (0) what is
    /// kept is told.
    /// </summary>
    public async Task<Problem?> RefusesAsync(long afterPosition, CancellationToken cancellationToken)
    {
        if (afterPosition <= 0 || _store is not IStreamArchive archive || await archive.HorizonAsync(cancellationToken) is var horizon && afterPosition >= horizon)
            return null;
        var last = await _store.LastPositionAsync(cancellationToken);
        return new Problem("SLIP0210", $"position {afterPosition}", $"old events up to position {horizon} are no longer all kept", $"read the state at /api/v1/status and follow from its position (now {last}), or begin at 0 for what is kept");
    }

    /// <summary>
    /// Events after a position, then those to come, until cancelled. Of a position behind which events are removed meanwhile, the follower is
    /// told so by the end of the enumeration; whoever begins at 0 is told what is kept.
    /// </summary>
    public async IAsyncEnumerable<RecordedEvent> FollowAsync(long afterPosition, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var gapless = afterPosition > 0;
        _tail.Join();
        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                var (advanced, floor) = (_tail.Advanced, _recent.Floor);
                var shared = _recent.After(afterPosition, Handful);
                var page = shared ?? await _store.ReadAllAsync(afterPosition, Page, cancellationToken);
                if (gapless && shared is null && await RefusesAsync(afterPosition, cancellationToken) is not null)
                    yield break;
                foreach (var e in page)
                {
                    yield return e;
                    afterPosition = e.Position;
                }

                if (!page.IsEmpty)
                    continue;
                if (shared is null && afterPosition < floor && floor < long.MaxValue)
                    afterPosition = floor; // the store has nothing up to there
                else
                    await advanced.WaitAsync(cancellationToken);
            }
        }
        finally
        {
            _tail.Leave();
        }
    }

    public ValueTask DisposeAsync() => _tail.DisposeAsync();

    /// <summary>Somebody stored something, here or elsewhere: whoever waits for news looks.</summary>
    public void Announce() => Interlocked.Exchange(ref _news, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();

    /// <summary>Waits for news, at most this long.</summary>
    internal async Task WaitAsync(Task news, TimeSpan atMost, CancellationToken cancellationToken)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(news, Task.Delay(atMost, _time, enough.Token));
        await enough.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }
}
