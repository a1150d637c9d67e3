using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Slipway.Engine.Feed;

namespace Slipway.Cluster.Nodes;

/// <summary>Tells the other servers at once that events were stored, and hears it of them. What goes astray is found by the feed's own looks.</summary>
internal sealed partial class SharedNews(NpgsqlDataSource source, EventFeed feed, NewsOfAppends news, TimeProvider time, ILogger<SharedNews> logger) : BackgroundService
{
    private static readonly TimeSpan BetweenTries = TimeSpan.FromSeconds(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(AgainAsync(HearAsync, stoppingToken), AgainAsync(TellAsync, stoppingToken));

    private async Task AgainAsync(Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await work(cancellationToken);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                Broken(logger, e);
                await Task.Delay(BetweenTries, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task HearAsync(CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        connection.Notification += (_, _) => feed.Announce();
        await using (NpgsqlCommand listen = new("LISTEN slipway_news", connection))
            await listen.ExecuteNonQueryAsync(cancellationToken);
        feed.Announce();
        while (true)
            await connection.WaitAsync(cancellationToken);
    }

    /// <summary>A connection begins with telling what the one before may not have told.</summary>
    private async Task TellAsync(CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using NpgsqlCommand notify = new("NOTIFY slipway_news", connection);
        do
        {
            news.Waiting.TryRead(out _);
            await notify.ExecuteNonQueryAsync(cancellationToken);
        }
        while (await news.Waiting.WaitToReadAsync(cancellationToken));
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "The connection by which servers tell each other of what they store is made again")]
    private static partial void Broken(ILogger logger, Exception e);
}

/// <summary>That something was stored, once for all that was since it was last told.</summary>
internal sealed class NewsOfAppends
{
    private readonly Channel<bool> _waiting = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public ChannelReader<bool> Waiting => _waiting.Reader;

    public void Stored() => _waiting.Writer.TryWrite(true);
}
