using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Slipway.Engine.Retention;

namespace Slipway.Server.Retention;

/// <summary>Keeps house once a day, first a while after the start, when there is less to do than then.</summary>
internal sealed partial class DailyHousekeeping(Housekeeping house, TimeProvider time, ILogger<DailyHousekeeping> logger) : BackgroundService
{
    private static readonly TimeSpan First = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Every = TimeSpan.FromDays(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        for (var pause = First; ; pause = Every)
        {
            await Task.Delay(pause, time, stoppingToken);
            try
            {
                var report = await house.RunAsync(dryRun: false, stoppingToken);
                var bytes = report.Artifacts.Sum(a => a.Bytes);
                Kept(logger, report.Events.Events, report.Events.Streams, report.Candidates, report.Artifacts.Length, bytes);
            }
            catch (Exception e) when (e is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                NotKept(logger, e);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Kept house: {Events} old events of {Streams} streams and {Artifacts} artifacts that nobody needs ({Bytes} bytes) were removed, {Candidates} candidates that nothing reaches were forgotten")]
    private static partial void Kept(ILogger logger, long events, int streams, int candidates, int artifacts, long bytes);

    [LoggerMessage(Level = LogLevel.Error, Message = "Could not keep house; it is tried again tomorrow")]
    private static partial void NotKept(ILogger logger, Exception e);
}
