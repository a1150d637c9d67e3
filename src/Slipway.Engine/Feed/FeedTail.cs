using Slipway.Engine.Ports;
using Slipway.Engine.Telemetry;

namespace Slipway.Engine.Feed;

/// <summary>
/// Reads new events once for everybody in this process who follows, as long as anybody does. Who is slow or far behind is not waited for and
/// costs nothing here: only the newest events are kept.
/// </summary>
internal sealed class FeedTail(IEventStore store, EventFeed feed, RecentEvents recent, TimeProvider time) : IAsyncDisposable
{
    /// <summary>Another process may append to the same store without telling us; this is how long that can go unseen.</summary>
    public static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    private const int Page = 500;

    private readonly Lock _lock = new();
    private volatile TaskCompletionSource _advanced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenSource? _stop;
    private Task _work = Task.CompletedTask;
    private int _followers;

    /// <summary>How many follow now.</summary>
    public int Followers => Volatile.Read(ref _followers);

    /// <summary>Completes when there is more to read. Take it before looking, so that nothing falls between.</summary>
    public Task Advanced => _advanced.Task;

    /// <summary>One more follows, until it leaves.</summary>
    public void Join()
    {
        EngineTelemetry.Follows(1);
        lock (_lock)
        {
            if (_followers++ > 0)
                return;
            _stop = new CancellationTokenSource();
            var (before, stop) = (_work, _stop.Token);
            _work = Task.Run(() => RunAsync(before, stop), CancellationToken.None);
        }
    }

    public void Leave()
    {
        EngineTelemetry.Follows(-1);
        lock (_lock)
        {
            if (--_followers == 0)
                _stop?.Cancel();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task work;
        lock (_lock)
        {
            _stop?.Cancel();
            work = _work;
        }

        await work;
    }

    private async Task RunAsync(Task before, CancellationToken cancellationToken)
    {
        await before;
        var position = -1L;
        while (!cancellationToken.IsCancellationRequested)
        {
            var news = feed.News;
            try
            {
                if (await ReadAsync(position, cancellationToken) is var reached && reached != position)
                {
                    position = reached;
                    Interlocked.Exchange(ref _advanced, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
                    continue;
                }

                await feed.WaitAsync(news, Poll, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception)
            {
                // The store is away: it says so to everybody who wants to save, and nothing new can happen meanwhile.
                await Task.Delay(Poll, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Begins at the end of what is stored, then takes what follows. Returns how far it has come.</summary>
    private async Task<long> ReadAsync(long position, CancellationToken cancellationToken)
    {
        if (position < 0)
        {
            var last = await store.LastPositionAsync(cancellationToken);
            recent.Begin(last);
            return last;
        }

        var page = await store.ReadAllAsync(position, Page, cancellationToken);
        if (page.IsEmpty)
            return position;
        recent.Add(page);
        EngineTelemetry.FeedRead(time.GetUtcNow() - page[^1].At);
        return page[^1].Position;
    }
}
