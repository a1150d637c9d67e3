using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Slipway.Cluster;
using Slipway.Cluster.Instances;
using Slipway.Cluster.Membership;
using Slipway.Cluster.Nodes;
using Slipway.Core.Configuration;
using Slipway.Engine;
using Slipway.Engine.Feed;
using Slipway.Engine.Ports;
using Slipway.Engine.Retention;
using Slipway.Engine.Traffic;
using Slipway.Gateway;
using Slipway.Integrations.Deployers.Processes;
using Slipway.Integrations.Hooks;
using Slipway.Integrations.Resilience;
using Slipway.Integrations.Routers.Gateways;
using Slipway.Server.Authentication;
using Slipway.Server.Endpoints;
using Slipway.Server.Gateways;
using Slipway.Server.Health;
using Slipway.Server.Metrics;
using Slipway.Server.Page;
using Slipway.Server.Retention;
using Slipway.Storage;

namespace Slipway.Server;

/// <summary>Puts the server together: one store, one engine, the API, the page and, unless told otherwise, a gateway.</summary>
public static class SlipwayServer
{
    /// <summary>How long what is shown may wait to be as new as what other servers stored…</summary>
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    /// <summary>…and what is decided: who is refused by what was so a moment ago has been told something wrong.</summary>
    private static readonly TimeSpan UntilHeard = TimeSpan.FromSeconds(10);

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
        HistoryException history => history.Problem,
        ServerBrokenException broken => broken.Problem,
        _ => null,
    };

    /// <summary>Waits until a started server has stopped. Returns why it has to begin anew, as one of a cluster may; null when it was told to stop.</summary>
    /// <exception cref="ServerBrokenException">It stopped because a part of it failed.</exception>
    public static async Task<string?> WaitAsync(WebApplication app, CancellationToken cancellationToken)
    {
        BackgroundService? broken = null;
        var early = app.Lifetime.ApplicationStopping.IsCancellationRequested;
        await using (app.Lifetime.ApplicationStopping.Register(() => broken = Failed(app, early)))
            await app.WaitForShutdownAsync(cancellationToken);
        if (cancellationToken.IsCancellationRequested)
            return null;
        return app.Services.GetService<Fate>()?.Verdict ?? (broken is null ? null : throw new ServerBrokenException(broken.GetType().Name, broken.ExecuteTask?.Exception?.InnerException));
    }

    /// <summary>Asked before any of them is told to stop: what is cancelled by then, nobody cancelled.</summary>
    /// <param name="early">The server was to stop while it started, which does cancel them.</param>
    private static BackgroundService? Failed(WebApplication app, bool early) =>
        app.Services.GetServices<IHostedService>().OfType<BackgroundService>().FirstOrDefault(s => s.ExecuteTask is { IsFaulted: true } || !early && s.ExecuteTask is { IsCanceled: true });

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
        builder.Logging.AddFilter("Orleans", LogLevel.Error).AddFilter("Polly", LogLevel.Error);

        // Before everything that acts: what acts is asked for by grains.
        AddCluster(builder, options, data);
        AddServices(builder.Services, options, data);
        customise?.Invoke(builder);
        Telemetry.Add(builder, options);
        var app = builder.Build();
        app.Services.GetRequiredService<DataDirectory>();
        Map(app, ApiToken.Open(data.Token, app.Services.GetService<SharedTokens>()));
        return app;
    }

    private static void AddCluster(WebApplicationBuilder builder, ServerOptions options, DataDirectory data)
    {
        if (options.Cluster is not { } listen)
            ClusterHost.AddAlone(builder, ServerVersion.Text);
        else if (options.Database is { } database)
            ClusterHost.AddMember(builder, new ClusterOptions(listen, database, ServerVersion.Text, data.InstallationId));
        else
            throw new ServerStartException("SLIP0551", "--cluster", "a cluster needs a database that all its servers share", "give `--database postgres://…` to each of them");
    }

    private static void AddServices(IServiceCollection services, ServerOptions options, DataDirectory data)
    {
        services.AddSingleton(_ => data); // made by a factory, so that it is disposed of with the server
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(s => OpenedStore.Open(options, data, s.GetRequiredService<TimeProvider>()));
        services.AddSingleton(s => ClusterHost.Share(s, s.GetRequiredService<OpenedStore>().Store));
        services.AddSingleton(s => s.GetRequiredService<OpenedStore>().Analyses);
        services.AddSingleton(_ => new FileArtifactStore(data.Path));
        services.TryAddSingleton<IArtifactStore>(s => s.GetRequiredService<FileArtifactStore>());
        services.AddSingleton(s => new ProcessDeployer(
            data.Path, data.InstallationId, s.GetRequiredService<IArtifactStore>(), s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<ProcessDeployer>>(), Reached(options)));
        services.AddKeyedSingleton<IDeployer>(ClusterHost.Local, (s, _) => new GuardedDeployer(AddressedDeployer.Of(s.GetRequiredService<ProcessDeployer>(), Reached(options)), s.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(s => s.GetRequiredKeyedService<IDeployer>(ClusterHost.Local));
        services.AddSingleton<IHookRunner>(s => new HookRunner(data.Path, s.GetRequiredService<IArtifactStore>(), Environment.GetEnvironmentVariable, s.GetRequiredService<TimeProvider>()));
        services.AddSingleton(s => new GatewayRouter(s.GetRequiredService<TimeProvider>(), s.GetService<IRouteBoard>()));
        services.AddSingleton<ITrafficRouter>(s => new GuardedRouter(s.GetRequiredService<GatewayRouter>(), s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<TrafficBoard>();
        services.AddSingleton<EventFeed>();
        services.AddSingleton<SlipwayEngine>();
        services.AddSingleton<GatewayHub>();
        services.AddSingleton<IReportSink>(s => s.GetRequiredService<GatewayHub>());
        services.AddSingleton<Acting>();
        MetricSources.Add(services, options);
        services.AddSingleton<EngineMetrics>();
        services.AddSingleton(s => Host(s, options));
        services.AddHostedService(s => s.GetRequiredService<EngineHost>());
        services.AddSingleton(options.Retention);
        services.AddSingleton<Housekeeping>();
        services.AddSingleton<SelfChecks>();
        services.AddHostedService<DailyHousekeeping>();
        services.ConfigureHttpJsonOptions(json => json.SerializerOptions.Converters.Add(new System.Text.Json.Serialization.JsonStringEnumConverter(System.Text.Json.JsonNamingPolicy.CamelCase)));
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(15));
        services.AddOpenApi();
    }

    /// <summary>How the machines of a cluster reach this one's instances; null where all are one machine.</summary>
    private static IPAddress? Reached(ServerOptions options) => options.Cluster is { Address: var address } && !IPAddress.IsLoopback(address) ? address : null;

    private static EngineHost Host(IServiceProvider services, ServerOptions options)
    {
        var engine = services.GetRequiredService<SlipwayEngine>();
        var router = services.GetRequiredService<GatewayRouter>();
        var data = services.GetRequiredService<DataDirectory>();
        var local = services.GetRequiredKeyedService<IDeployer>(ClusterHost.Local);
        if (options.Gateway is not { } listen)
            return new EngineHost(engine, router, null, null, local, data, options);
        GatewayHost gateway = new(new GatewayOptions { Listen = [$"http://{listen}"], ActivityTimeout = options.GatewayTimeout }, services.GetRequiredService<ILoggerFactory>(), services.GetRequiredService<TimeProvider>());
        EmbeddedGateway link = new(gateway, router, services.GetRequiredService<TrafficBoard>(), services.GetService<IReportRelay>(), services.GetRequiredService<TimeProvider>(), options.GatewayRegion);
        return new EngineHost(engine, router, gateway, link, local, data, options);
    }

    /// <summary>What other servers have stored is read first, and what is shown of projects that one of them acts for is asked of it.</summary>
    private static async ValueTask<object?> LookAroundAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        if (!context.HttpContext.Request.Path.StartsWithSegments("/api/v1/gateways", StringComparison.OrdinalIgnoreCase))
        {
            var engine = context.HttpContext.RequestServices.GetRequiredService<SlipwayEngine>();
            await engine.CatchUpAsync(HttpMethods.IsGet(context.HttpContext.Request.Method) ? Moment : UntilHeard, context.HttpContext.RequestAborted);
            await engine.LookAroundAsync(context.HttpContext.RequestAborted);
        }

        return await next(context);
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
        var api = app.MapGroup("/api/v1").AddEndpointFilter(LookAroundAsync);
        StatusEndpoints.Map(api);
        ApplyEndpoints.Map(api);
        ReleaseEndpoints.Map(api);
        ActionEndpoints.Map(api);
        DriftEndpoints.Map(api);
        GovernanceEndpoints.Map(api);
        DeploymentEndpoints.Map(api);
        EventEndpoints.Map(api);
        MaintenanceEndpoints.Map(api);
        GatewayEndpoints.Map(api);
        app.MapFallback("/api/{**rest}", Answers.Nothing).ExcludeFromDescription();
    }
}
