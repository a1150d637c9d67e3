using System.Collections.Immutable;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Slipway.Core.Configuration;
using Slipway.Gateway.Counting;
using Slipway.Gateway.Forwarding;
using Slipway.Gateway.Mirroring;
using Slipway.Gateway.Routing;
using Yarp.ReverseProxy.Forwarder;

namespace Slipway.Gateway;

/// <summary>
/// A gateway on ports of its own, inside whatever process starts it. It serves by the tables published to <see cref="Routes"/> and counts
/// in <see cref="Counter"/>, which it closes at every whole second. It keeps no path for itself.
/// </summary>
public sealed class GatewayHost : IAsyncDisposable
{
    private readonly GatewayOptions _options;
    private readonly ILoggerFactory _logs;
    private readonly Surroundings _around;
    private WebApplication? _app;
    private HttpMessageInvoker? _backends;
    private Copier? _copier;

    /// <param name="options">Looked at by <see cref="StartAsync"/>.</param>
    /// <param name="logs">Where the gateway's logs go; requests are not logged.</param>
    /// <param name="time">The clock of the seconds and the latencies.</param>
    public GatewayHost(GatewayOptions options, ILoggerFactory logs, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _logs = logs;
        _around = new(new(options.TrustedNetworks()), time);
        Counter = new(time);
        Routes = new(Counter, _around);
    }

    public RouteTableHolder Routes { get; }

    public TrafficCounter Counter { get; }

    internal string? DataDirectory => _options.DataDirectory;

    /// <summary>The addresses listened on, with the ports that were taken; empty before the start.</summary>
    public ImmutableArray<string> Addresses =>
        _app?.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>() is { } taken ? [.. taken.Addresses] : [];

    /// <summary>Starts to listen.</summary>
    /// <returns>Empty when it serves; otherwise all that is wrong with the options, or the port that is taken.</returns>
    public async Task<ImmutableArray<Problem>> StartAsync(CancellationToken cancellation)
    {
        if (_options.Problems() is { IsEmpty: false } problems)
            return problems;
        _backends = Backends.Connect();
        _copier = new(Routes, _backends, _options.ActivityTimeout, _around);
        _app = Build(_backends, _copier);
        try
        {
            await _app.StartAsync(cancellation);
            return [];
        }
        catch (IOException refused)
        {
            await DisposeAsync();
            return [CannotListen(refused)];
        }
    }

    /// <summary>Stops listening, lets requests under way finish for at most 10 seconds or until cancelled, then breaks them off.</summary>
    public Task StopAsync(CancellationToken cancellation) => _app?.StopAsync(cancellation) ?? Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
            await _app.DisposeAsync();
        if (_copier is not null)
            await _copier.DisposeAsync();
        _backends?.Dispose();
        (_app, _copier) = (null, null);
    }

    private Problem CannotListen(IOException refused) => new(
        "SLIP0605",
        "gateway.listen",
        refused.InnerException is AddressInUseException ? $"a port of {string.Join(", ", _options.Listen)} is taken" : refused.Message,
        "stop the other process that listens there, or listen elsewhere");

    private WebApplication Build(HttpMessageInvoker backends, Copier copier)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(Limit);
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(10));
        builder.Services.AddSingleton<IHostLifetime, OutsideLifetime>();
        builder.Services.AddHttpForwarder();
        builder.Services.AddHostedService(services => new SecondTicker(Counter, _around.Time, services.GetRequiredService<ILogger<SecondTicker>>()));
        builder.Logging.AddProvider(new OutsideLogs(_logs));

        // A logger that listens there makes ASP.NET Core start an activity for every request; YARP's would log each failure twice over.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Logging.AddFilter("Yarp", LogLevel.None);
        var app = builder.Build();
        var config = new ForwarderRequestConfig
        {
            ActivityTimeout = _options.ActivityTimeout,
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        app.Run(new GatewayHandler(Routes, app.Services.GetRequiredService<IHttpForwarder>(), backends, copier, config, _around).HandleAsync);
        return app;
    }

    private void Limit(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.ResponseHeaderEncodingSelector = static _ => System.Text.Encoding.UTF8;

        // Bodies pass through and are the service's to limit; a stream may rest, and the activity timeout ends it when it rests too long.
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.MinResponseDataRate = null;
        foreach (var endpoint in _options.Endpoints())
            kestrel.Listen(endpoint, listen => listen.Protocols = HttpProtocols.Http1);
    }

    /// <summary>Signals are for the process that holds the gateway, not for the gateway.</summary>
    private sealed class OutsideLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    /// <summary>Passes logs on to the factory of the process, which stays its own.</summary>
    private sealed class OutsideLogs(ILoggerFactory logs) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => logs.CreateLogger(categoryName);

        public void Dispose()
        {
        }
    }
}
