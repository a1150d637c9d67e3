using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Slipway.Gateway.Counting;

/// <summary>Closes the counter at every whole second of the clock, so that the seconds of several gateways are the same seconds.</summary>
internal sealed partial class SecondTicker(TrafficCounter counter, TimeProvider time, ILogger<SecondTicker> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await Task.Delay(UntilNextSecond(time.GetUtcNow()), time, stoppingToken);
                Close();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            Close();
        }
    }

    private static TimeSpan UntilNextSecond(DateTimeOffset now) => TimeSpan.FromTicks(TimeSpan.TicksPerSecond - (now.Ticks % TimeSpan.TicksPerSecond));

    private void Close()
    {
        try
        {
            counter.Close(time.GetUtcNow());
        }
#pragma warning disable CA1031 // A listener's fault must not stop the service of requests.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            LogFault(fault);
        }
    }

    [LoggerMessage(1, LogLevel.Error, "A listener failed to take a second's counts; they are lost to it")]
    private partial void LogFault(Exception fault);
}
