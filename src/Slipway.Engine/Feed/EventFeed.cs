using System.Runtime.CompilerServices;
using Slipway.Engine.Ports;

namespace Slipway.Engine.Feed;

/// <summary>All events in one order, resumable at any position: no gap, no repeat.</summary>
public sealed class EventFeed(IEventStore store, TimeProvider time)
{
    /// <summary>Another process may append to the same store without telling us; this is how long that can go unseen.</summary>
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    private const int Page = 500;

    private volatile TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes at the next append. Take it before reading, so that nothing falls between.</summary>
    internal Task News => _news.Task;

    /// <summary>Events after a position, then those to come, until cancelled.</summary>
    public async IAsyncEnumerable<RecordedEvent> FollowAsync(long afterPosition, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var news = News;
            var page = await store.ReadAllAsync(afterPosition, Page, cancellationToken);
            foreach (var e in page)
            {
                yield return e;
                afterPosition = e.Position;
            }

            if (page.IsEmpty)
                await WaitAsync(news, Poll, cancellationToken);
        }
    }

    internal void Announce() => Interlocked.Exchange(ref _news, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();

    /// <summary>Waits for news, at most this long.</summary>
    internal async Task WaitAsync(Task news, TimeSpan atMost, CancellationToken cancellationToken)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(news, Task.Delay(atMost, time, enough.Token));
        await enough.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }
}
