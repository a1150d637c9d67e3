using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Metrics;
using Slipway.Core.Configuration;
using Slipway.Engine;
using Slipway.Engine.Feed;
using Slipway.Engine.Ports;
using Slipway.Engine.Traffic;
using Slipway.Gateway;
using Slipway.Integrations.Deployers.Processes;
using Slipway.Integrations.Hooks;
using Slipway.Integrations.Routers.Gateways;
using Slipway.Server.Authentication;
using Slipway.Server.Endpoints;
using Slipway.Server.Gateways;
using Slipway.Server.Metrics;
using Slipway.Server.Page;
using Slipway.Storage;

namespace Slipway.Server;

/// <summary>Puts the server together: one store, one engine, the API, the page and, unless told otherwise, a gateway.</summary>
public static class SlipwayServer
{
    /// <summary>Builds a server that has its data directory and is ready to be started.</summary>
    /// <exception cref="ServerStartException">It cannot start; the message says why and what to do.</exception>
    public static WebApplication Build(ServerOptions options, Action<WebApplicationBuilder>? customise = null)
    {
        var data = DataDirectory.Open(options.DataDirectory);
        try
        {
            return Build(options, data, customise);
        }
        catch
        {
            data.Dispose();
            throw;
        }
    }

    /// <summary>Starts it as a whole or not at all; a taken port is told as what it is.</summary>
    /// <exception cref="ServerStartException">It cannot start; the message says why and what to do.</exception>
    public static async Task StartAsync(WebApplication app, ServerOptions options, CancellationToken cancellationToken)
    {
        try
        {
            ProbePort(options.Listen);
            await app.StartAsync(cancellationToken);
            var (api, gateway) = Addresses(app);
            await File.WriteAllTextAsync(app.Services.GetRequiredService<DataDirectory>().Addresses, JsonSerializer.Serialize(new { api, gateway, pid = Environment.ProcessId }), cancellationToken);
        }
        catch (Exception e)
        {
            await app.StopAsync(CancellationToken.None);
            throw Refused(e, options.Listen) ?? e;
        }
    }

    /// <summary>The API's port is taken last, when the engine already acts: a port that others have is found out before anything is done.</summary>
    private static void ProbePort(IPEndPoint listen)
    {
        if (listen.Port == 0)
            return;
        using TcpListener probe = new(listen);
        probe.Start();
    }

    private static ServerStartException? Refused(Exception e, IPEndPoint listen) => e switch
    {
        SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse } or IOException { InnerException: AddressInUseException } =>
            new("SLIP0503", $"--listen {listen}", "the port is taken", "stop what listens there, or choose another with `--listen`", e),
        SocketException or IOException => new("SLIP0503", $"--listen {listen}", $"cannot listen there: {e.Message}", "choose another address with `--listen`", e),
        _ => null,
    };

    /// <summary>What a person can do about a server that does not start; null when the exception is a bug.</summary>
    public static Problem? Explains(Exception e) => e switch
    {
        ServerStartException start => start.Problem,
        StoreException store => store.Problem,
        _ => null,
    };

    /// <summary>Where a started server listens, with the ports that were taken.</summary>
    public static (string Api, string? Gateway) Addresses(WebApplication app) =>
        (app.Urls.First(), app.Services.GetRequiredService<EngineHost>().GatewayAddress);

    private static WebApplication Build(ServerOptions options, DataDirectory data, Action<WebApplicationBuilder>? customise)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(options.Listen);
        });
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        AddServices(builder.Services, options, data);
        customise?.Invoke(builder);
        var app = builder.Build();
        app.Services.GetRequiredService<DataDirectory>();
        Map(app, ApiToken.Open(data.Token));
        return app;
    }

    private static void AddServices(IServiceCollection services, ServerOptions options, DataDirectory data)
    {
        services.AddSingleton(_ => data); // made by a factory, so that it is disposed of with the server
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(s => OpenedStore.Open(options, data, s.GetRequiredService<TimeProvider>()));
        services.AddSingleton(s => s.GetRequiredService<OpenedStore>().Store);
        services.AddSingleton(s => s.GetRequiredService<OpenedStore>().Analyses);
        services.AddSingleton<IArtifactStore>(_ => new FileArtifactStore(data.Path));
        services.AddSingleton<IDeployer>(s => new ProcessDeployer(data.Path, data.InstallationId, s.GetRequiredService<IArtifactStore>(), s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<ProcessDeployer>>()));
        services.AddSingleton<IHookRunner>(s => new HookRunner(data.Path, s.GetRequiredService<IArtifactStore>(), Environment.GetEnvironmentVariable, s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<GatewayRouter>();
        services.AddSingleton<ITrafficRouter>(s => s.GetRequiredService<GatewayRouter>());
        services.AddSingleton<TrafficBoard>();
        services.AddSingleton<EventFeed>();
        services.AddSingleton<SlipwayEngine>();
        services.AddSingleton<GatewayHub>();
        services.AddSingleton<Acting>();
        services.AddSingleton<EngineMetrics>();
        services.AddSingleton(s => Host(s, options));
        services.AddHostedService(s => s.GetRequiredService<EngineHost>());
        services.ConfigureHttpJsonOptions(json => json.SerializerOptions.Converters.Add(new System.Text.Json.Serialization.JsonStringEnumConverter(System.Text.Json.JsonNamingPolicy.CamelCase)));
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(15));
        services.AddOpenApi();
        services.AddOpenTelemetry().WithMetrics(metrics => metrics
            .AddMeter(EngineMetrics.MeterName, "Microsoft.AspNetCore.Hosting", "System.Runtime")
            .AddPrometheusExporter());
    }

    private static EngineHost Host(IServiceProvider services, ServerOptions options)
    {
        var engine = services.GetRequiredService<SlipwayEngine>();
        var router = services.GetRequiredService<GatewayRouter>();
        var data = services.GetRequiredService<DataDirectory>();
        if (options.Gateway is not { } listen)
            return new EngineHost(engine, router, null, null, data, options);
        GatewayHost gateway = new(new GatewayOptions { Listen = [$"http://{listen}"], ActivityTimeout = options.GatewayTimeout }, services.GetRequiredService<ILoggerFactory>(), services.GetRequiredService<TimeProvider>());
        return new EngineHost(engine, router, gateway, new EmbeddedGateway(gateway, router, services.GetRequiredService<TrafficBoard>()), data, options);
    }

    private static void Map(WebApplication app, ApiToken token)
    {
        app.Services.GetRequiredService<EngineMetrics>();
        app.UseExceptionHandler(handler => handler.Run(Answers.FaultAsync));
        app.UseMiddleware<TokenMiddleware>(token);
        app.MapOpenApi();
        app.MapPrometheusScrapingEndpoint("/metrics");
        app.MapGet("/healthz", () => Results.Text("ok")).ExcludeFromDescription();
        app.MapGet("/readyz", (EngineHost host) => host.IsReady ? Results.Text("ready") : Results.Text("starting", statusCode: StatusCodes.Status503ServiceUnavailable)).ExcludeFromDescription();
        PageFiles.Map(app);
        var api = app.MapGroup("/api/v1");
        StatusEndpoints.Map(api);
        ApplyEndpoints.Map(api);
        ReleaseEndpoints.Map(api);
        ActionEndpoints.Map(api);
        DriftEndpoints.Map(api);
        GovernanceEndpoints.Map(api);
        DeploymentEndpoints.Map(api);
        EventEndpoints.Map(api);
        GatewayEndpoints.Map(api);
        app.MapFallback("/api/{**rest}", Answers.Nothing).ExcludeFromDescription();
    }
}
