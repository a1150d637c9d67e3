using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Slipway.Integrations.Metrics.Otlp;

namespace Slipway.Server.Otlp;

/// <summary>
/// Listens for OpenTelemetry metrics on ports of its own, HTTP and gRPC apart, as its cleartext wants it: from the start when asked for, else from when a
/// project first has a source of the kind.
/// </summary>
internal sealed partial class OtlpReceiver(OtlpStore store, OtlpInbox inbox, ServerOptions options, Func<bool> needed, TimeProvider time, ILogger<OtlpReceiver> logger) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    private WebApplication? _app;

    /// <summary>The addresses listened on, with the ports that were taken: HTTP, then gRPC.</summary>
    public IReadOnlyList<string> Addresses => _app is null ? [] : [.. _app.Urls];

    private IPEndPoint?[] Places => [options.Otlp, options.OtlpGrpc];

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.OtlpAlways)
            await ListenAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        store.Listening = null;
        if (_app is not null)
            await _app.DisposeAsync();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer timer = new(Every, time);
        var told = false;
        while (_app is null && Places.Any(p => p is not null) && await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (!needed())
                continue;
            try
            {
                await ListenAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // Nobody asked for it at the start, so the server runs without; the source says so too.
                if (!told)
                    LogDeaf(logger, e);
                told = true;
            }
        }
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = OtlpEndpoint.MostSent;
            if (options.Otlp is { } http)
                kestrel.Listen(http, listen => listen.Protocols = HttpProtocols.Http1);
            if (options.OtlpGrpc is { } grpc)
                kestrel.Listen(grpc, listen => listen.Protocols = HttpProtocols.Http2);
        });
        builder.Services.AddSingleton(inbox);
        builder.Services.AddGrpc(grpc => grpc.MaxReceiveMessageSize = OtlpEndpoint.MostUnpacked);
        var app = builder.Build();
        app.Use((context, next) => OtlpToken.IsLet(context, options.OtlpToken) ? next() : OtlpToken.RefuseAsync(context));
        app.MapGrpcService<OtlpService>();
        app.MapPost("/v1/metrics", OtlpEndpoint.TakeAsync);
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            await app.DisposeAsync();
            throw new ServerStartException("SLIP0503", $"--otlp {options.Otlp}, --otlp-grpc {options.OtlpGrpc}",
                e is SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse } or IOException { InnerException: AddressInUseException } ? "a port for OTLP is taken" : $"cannot listen there: {e.Message}",
                "stop what listens there, or choose others with `--otlp` and `--otlp-grpc`", e);
        }

        _app = app;
        store.Listening = string.Join(" or ", Addresses);
        LogListening(logger, store.Listening);
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "OTLP metrics are received at {Addresses}")]
    private static partial void LogListening(ILogger logger, string addresses);

    [LoggerMessage(EventId = 2, Level = LogLevel.Warning, Message = "A project has a source of the kind otlp, and it cannot be received; it is tried again")]
    private static partial void LogDeaf(ILogger logger, Exception e);
}
