using System.Collections.Immutable;
using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Slipway.Core.Projects;
using Slipway.Core.Traffic;
using Slipway.Engine.Ports;
using Slipway.Server;

namespace Slipway.Testing.App;

/// <summary>
/// The real server, which kills itself (SIGKILL, as a power cut does) at the n-th of these moments: something was decided and is not stored; it is
/// stored and nothing has followed; instances were started, or stopped, or traffic was changed, and nobody has heard of it.
/// </summary>
internal static class DyingServer
{
    public static async Task<int> RunAsync(string data, int port, int moments)
    {
        var options = new ServerOptions { DataDirectory = data, Listen = new IPEndPoint(IPAddress.Loopback, port), Gateway = null };
        Death death = new(moments);
        await using var app = SlipwayServer.Build(options, builder =>
        {
            Wrap<IEventStore>(builder.Services, store => new DyingStore(store, death));
            Wrap<IDeployer>(builder.Services, deployer => new DyingDeployer(deployer, death));
            Wrap<ITrafficRouter>(builder.Services, router => new DyingRouter(router, death));
        });
        await SlipwayServer.StartAsync(app, options, CancellationToken.None);
        Console.WriteLine($"  page and API  {SlipwayServer.Addresses(app).Api}/");
        await app.WaitForShutdownAsync();
        return 0;
    }

    private static void Wrap<T>(IServiceCollection services, Func<T, T> wrap) where T : class
    {
        var inner = services.Last(s => s.ServiceType == typeof(T)).ImplementationFactory!;
        services.AddSingleton(s => wrap((T)inner(s)));
    }
}

internal sealed class Death(int moments)
{
    private int _left = moments;

    public void Comes()
    {
        if (Interlocked.Decrement(ref _left) != 0)
            return;
        using var self = Process.GetCurrentProcess();
        self.Kill();
        Thread.Sleep(Timeout.Infinite);
    }
}

internal sealed class DyingStore(IEventStore store, Death death) : IEventStore
{
    public async Task<AppendResult> AppendAsync(string stream, long expectedVersion, IReadOnlyList<NewEvent> events, CancellationToken cancellationToken)
    {
        death.Comes();
        var result = await store.AppendAsync(stream, expectedVersion, events, cancellationToken);
        death.Comes();
        return result;
    }

    public Task<ImmutableArray<RecordedEvent>> ReadStreamAsync(string stream, long afterVersion, CancellationToken cancellationToken) => store.ReadStreamAsync(stream, afterVersion, cancellationToken);

    public Task<ImmutableArray<RecordedEvent>> ReadAllAsync(long afterPosition, int limit, CancellationToken cancellationToken) => store.ReadAllAsync(afterPosition, limit, cancellationToken);

    public Task<long> LastPositionAsync(CancellationToken cancellationToken) => store.LastPositionAsync(cancellationToken);

    public Task<ImmutableArray<string>> StreamsAsync(string prefix, CancellationToken cancellationToken) => store.StreamsAsync(prefix, cancellationToken);
}

internal sealed class DyingDeployer(IDeployer deployer, Death death) : IDeployer
{
    public async Task<DeployOutcome> EnsureAsync(InstanceRequest request, CancellationToken cancellationToken)
    {
        var outcome = await deployer.EnsureAsync(request, cancellationToken);
        death.Comes();
        return outcome;
    }

    public async Task StopAsync(InstanceId id, CancellationToken cancellationToken)
    {
        await deployer.StopAsync(id, cancellationToken);
        death.Comes();
    }

    public Task<ImmutableArray<InstanceStatus>> ListAsync(CancellationToken cancellationToken) => deployer.ListAsync(cancellationToken);

    public IAsyncEnumerable<InstanceStatus> WatchExitsAsync(CancellationToken cancellationToken) => deployer.WatchExitsAsync(cancellationToken);
}

internal sealed class DyingRouter(ITrafficRouter router, Death death) : ITrafficRouter
{
    public Task AnnounceAsync(ImmutableArray<TrafficRequest> all, CancellationToken cancellationToken) => router.AnnounceAsync(all, cancellationToken);

    public async Task<RouteOutcome> ApplyAsync(TrafficRequest request, CancellationToken cancellationToken)
    {
        var outcome = await router.ApplyAsync(request, cancellationToken);
        death.Comes();
        return outcome;
    }

    public Task<TrafficSplit?> ObserveAsync(EnvironmentKey environment, CancellationToken cancellationToken) => router.ObserveAsync(environment, cancellationToken);

    public Task DrainAsync(InstanceId instance, ImmutableArray<string> endpoints, TimeSpan limit, CancellationToken cancellationToken) => router.DrainAsync(instance, endpoints, limit, cancellationToken);
}
