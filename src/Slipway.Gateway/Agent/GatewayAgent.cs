using System.Text.Json;
using Microsoft.Extensions.Logging;
using Slipway.Core.Traffic;
using Slipway.Gateway.Counting;
using Slipway.Gateway.Routing;

namespace Slipway.Gateway.Agent;

/// <summary>
/// Ties a gateway that runs alone to its server: takes newer routes as soon as there are any, says so at once, keeps the last on disk,
/// and reports each second's counts until they are acknowledged. Whatever happens to the server, serving goes on.
/// </summary>
public sealed partial class GatewayAgent : IDisposable
{
    /// <summary>The least time between two questions for routes, for a server that does not wait.</summary>
    private static readonly TimeSpan LeastRound = TimeSpan.FromMilliseconds(100);

    private readonly GatewayAgentOptions _options;
    private readonly RouteTableHolder _routes;
    private readonly TrafficCounter _counter;
    private readonly TimeProvider _time;
    private readonly ILogger<GatewayAgent> _logger;
    private readonly RouteFile? _file;
    private readonly ServerLink _server;
    private readonly ReportQueue _reports;

    public GatewayAgent(GatewayAgentOptions options, GatewayHost host, TimeProvider time, ILogger<GatewayAgent> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(host);
        _options = options;
        (_routes, _counter, _time, _logger) = (host.Routes, host.Counter, time, logger);
        _file = host.DataDirectory is { } directory ? new(directory) : null;
        _server = new(options);
        _reports = new(options.Gateway, Guid.NewGuid().ToString("N"), time, options.Region);
    }

    /// <summary>Takes the last table from disk, if there is one that can be read. To be called before the host starts, so that its first request is served.</summary>
    /// <returns>Whether there was one.</returns>
    public bool Restore()
    {
        try
        {
            return _file?.Read() is { } table && _routes.Publish(table);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or JsonException or FormatException or ArgumentException)
        {
            LogUnreadable(unreadable, _file!.Path);
            return false;
        }
    }

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var subscription = _counter.Subscribe(_reports);
        try
        {
            await Task.WhenAll(FollowRoutesAsync(cancellation), SendReportsAsync(cancellation));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            LogStopped(_options.Gateway);
        }
    }

    public void Dispose() => _server.Dispose();

    private async Task FollowRoutesAsync(CancellationToken cancellation)
    {
        var pause = new Pause(_options.FirstPause, _options.LongestPause, _time);
        while (true)
        {
            var asked = _time.GetTimestamp();
            if (await TryAsync(() => FollowOnceAsync(cancellation), pause, cancellation) && _time.GetElapsedTime(asked) < LeastRound)
                await Task.Delay(LeastRound, _time, cancellation);
        }
    }

    private async Task FollowOnceAsync(CancellationToken cancellation)
    {
        if (await _server.NewerAsync(_routes.Current.Version, cancellation) is not { } table || !_routes.Publish(table))
            return;
        LogRoutes(table.Version);
        _reports.OnRoutes();
        Keep(table);
    }

    private void Keep(RouteTable table)
    {
        try
        {
            _file?.Write(table);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            LogNotKept(refused, _file!.Path);
        }
    }

    private async Task SendReportsAsync(CancellationToken cancellation)
    {
        var pause = new Pause(_options.FirstPause, _options.LongestPause, _time);
        while (true)
        {
            var report = await _reports.NextAsync(() => (_routes.Current.Version, _counter.InFlight()), cancellation);
            while (!await TryAsync(() => SendAsync(report, cancellation), pause, cancellation))
                LogResend(report.Sequence);
        }
    }

    private async Task SendAsync(GatewayReport report, CancellationToken cancellation)
    {
        if (!await _server.ReportAsync(report, cancellation))
            LogRefused(report.Sequence);
    }

    /// <summary>Does it, or pauses when the server is away or speaks nonsense.</summary>
    private async Task<bool> TryAsync(Func<Task> call, Pause pause, CancellationToken cancellation)
    {
        try
        {
            await call();
            pause.Reset();
            return true;
        }
        catch (Exception away) when (away is HttpRequestException or OperationCanceledException or IOException or JsonException or FormatException or ArgumentException)
        {
            cancellation.ThrowIfCancellationRequested();
            LogAway(_options.Server, away.Message);
            await pause.NextAsync(cancellation);
            return false;
        }
    }

    [LoggerMessage(1, LogLevel.Information, "Serving by routes {RoutesVersion}")]
    private partial void LogRoutes(long routesVersion);

    [LoggerMessage(2, LogLevel.Warning, "Server {Server} gave nothing usable: {Reason}. Serving goes on by the routes at hand; trying again")]
    private partial void LogAway(Uri server, string reason);

    [LoggerMessage(3, LogLevel.Warning, "Routes in {Path} cannot be used; nothing is served until the server gives newer ones")]
    private partial void LogUnreadable(Exception exception, string path);

    [LoggerMessage(4, LogLevel.Error, "Routes were not kept in {Path}: after a restart without the server older ones would serve. Free space or mend the directory's rights")]
    private partial void LogNotKept(Exception exception, string path);

    [LoggerMessage(5, LogLevel.Error, "The server refuses report {Sequence} for good; its counts are lost. Are server and gateway of one version?")]
    private partial void LogRefused(long sequence);

    [LoggerMessage(6, LogLevel.Debug, "Report {Sequence} is sent again")]
    private partial void LogResend(long sequence);

    [LoggerMessage(7, LogLevel.Debug, "Gateway {Gateway} no longer follows its server")]
    private partial void LogStopped(string gateway);
}
