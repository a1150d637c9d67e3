using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orleans;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;
using Slipway.Cluster.Artifacts;
using Slipway.Cluster.Instances;
using Slipway.Cluster.Exports;
using Slipway.Cluster.Membership;
using Slipway.Cluster.Nodes;
using Slipway.Cluster.Projects;
using Slipway.Cluster.Routes;
using Slipway.Engine.Feed;
using Slipway.Engine.Ports;
using Slipway.Integrations.Routers.Gateways;
using Slipway.Storage;

namespace Slipway.Cluster;

/// <summary>Hosts the engine on Orleans: one silo in each server's process, alone or with others.</summary>
public static class ClusterHost
{
    /// <summary>Key of the services that concern this server's own machine only.</summary>
    public const string Local = "local";

    /// <summary>
    /// How soon a silent server is taken for dead: after two probes that were not answered, on one vote. Sooner means that a server that only
    /// paused (a full garbage collection, a machine that was moved) is replaced more often, which costs a restart of it and no decision.
    /// </summary>
    private static readonly TimeSpan Probe = TimeSpan.FromMilliseconds(600);

    /// <summary>One silo that nobody else finds: in the process, without any other server.</summary>
    public static void AddAlone(IHostApplicationBuilder builder, string version)
    {
        IPEndPoint here = new(IPAddress.Loopback, FreePort(IPAddress.Loopback));
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(here.Port, 0, here, "slipway", "slipway");
            Common(silo, version);
        });
        builder.Services.AddSingleton<ClusterNodes>();
        builder.Services.AddSingleton(s => new GrainOwners(s.GetRequiredService<IGrainFactory>(), s.GetRequiredService<ClusterNodes>(), null, s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<GrainOwners>>()));
        builder.Services.AddSingleton<IProjectOwners>(s => s.GetRequiredService<GrainOwners>());
    }

    /// <summary>
    /// One of several silos that find each other in PostgreSQL. Expects the machine's own <see cref="IDeployer"/> under <see cref="Local"/>, a
    /// <see cref="FileArtifactStore"/> and a <see cref="IReportSink"/>.
    /// </summary>
    /// <exception cref="StoreException">The database cannot be used.</exception>
    public static void AddMember(IHostApplicationBuilder builder, ClusterOptions options)
    {
        var source = options.Database.Pool();
        Task.Run(() => ClusterSchema.MigrateAsync(source, options.Database, CancellationToken.None)).GetAwaiter().GetResult();
        var port = options.Listen.Port == 0 ? FreePort(options.Listen.Address) : options.Listen.Port;
        builder.UseOrleans(silo =>
        {
            silo.Configure<Orleans.Configuration.ClusterOptions>(o => (o.ClusterId, o.ServiceId) = ("slipway", "slipway"));
            silo.ConfigureEndpoints(options.Listen.Address, port, gatewayPort: 0, listenOnAnyHostAddress: false);
            silo.Configure<ClusterMembershipOptions>(o =>
            {
                // One figure instead of a range: with a longest time-out of its own, messages of the last ten seconds would count as signs of life.
                (o.ProbeTimeout, o.MinProbeTimeout, o.MaxProbeTimeout) = (Probe, Probe, Probe);
                o.EnableIndirectProbes = false;
                o.NumMissedProbesLimit = 2;
                o.NumVotesForDeathDeclaration = 1;
                o.TableRefreshTimeout = TimeSpan.FromSeconds(5);
                o.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(5);
                o.DefunctSiloExpiration = TimeSpan.FromDays(1);
                o.DefunctSiloCleanupPeriod = TimeSpan.FromHours(1);
            });
            Common(silo, options.Version);
        });
        var services = builder.Services;
        services.AddKeyedSingleton("cluster", source);
        services.AddSingleton<IMembershipTable>(new PostgresMembershipTable(source));
        services.AddSingleton<Fate>();
        services.AddSingleton<IFatalErrorHandler>(s => s.GetRequiredService<Fate>());
        services.AddSingleton<ClusterNodes>();
        services.AddSingleton(s => new Heart(source, s.GetRequiredService<ILocalSiloDetails>(), s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<Heart>>()));
        services.AddHostedService(s => s.GetRequiredService<Heart>());
        services.AddSingleton(s => new PostgresRouteBoard(source, s.GetRequiredService<ILocalSiloDetails>(), s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<PostgresRouteBoard>>()));
        services.AddSingleton<IRouteBoard>(s => s.GetRequiredService<PostgresRouteBoard>());
        services.AddHostedService(s => s.GetRequiredService<PostgresRouteBoard>());
        services.AddSingleton<GrainOwners>();
        services.AddSingleton<IProjectOwners>(s => s.GetRequiredService<GrainOwners>());
        services.AddSingleton<IReportRelay, ReportRelay>();
        services.AddSingleton<ExportRelay>();
        services.AddSingleton<IExportRelay>(s => s.GetRequiredService<ExportRelay>());
        services.AddHostedService(s => s.GetRequiredService<ExportRelay>());
        services.AddSingleton<IDeployer>(s => new ClusterDeployer(s.GetRequiredKeyedService<IDeployer>(Local), s.GetRequiredService<ClusterNodes>(), s.GetRequiredService<Heart>(), s.GetRequiredService<IRouteBoard>(), s.GetRequiredService<TimeProvider>()));
        services.AddSingleton(s => new PostgresArtifactStore(s.GetRequiredService<FileArtifactStore>(), source, s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<PostgresArtifactStore>>()));
        services.AddSingleton<IArtifactStore>(s => s.GetRequiredService<PostgresArtifactStore>());
        services.AddHostedService(s => s.GetRequiredService<PostgresArtifactStore>());
        services.AddSingleton(s => new SharedTokens(source, options.Server, s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<SharedTokens>>()));
        services.AddHostedService(s => s.GetRequiredService<SharedTokens>());
        services.AddSingleton<NewsOfAppends>();
        services.AddHostedService(s => new SharedNews(source, s.GetRequiredService<EventFeed>(), s.GetRequiredService<NewsOfAppends>(), s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<SharedNews>>()));
    }

    /// <summary>The store of a member: what it appends is told to the others at once.</summary>
    public static IEventStore Share(IServiceProvider services, IEventStore store) =>
        services.GetService<NewsOfAppends>() is { } news && store is PostgresEventStore shared ? new SharedEventStore(shared, news) : store;

    private static void Common(ISiloBuilder silo, string version)
    {
        silo.Configure<SiloOptions>(o => o.SiloName = version);
        silo.AddPlacementDirector<NodePlacement, NodePlacementDirector>();
        silo.AddPlacementDirector<ProjectPlacement, ProjectPlacementDirector>();
    }

    private static int FreePort(IPAddress address)
    {
        using TcpListener listener = new(address, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
