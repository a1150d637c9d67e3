using Microsoft.Extensions.Hosting;
using Slipway.Engine;
using Slipway.Engine.Ports;
using Slipway.Gateway;
using Slipway.Integrations.Routers.Gateways;
using Slipway.Server.Gateways;

namespace Slipway.Server;

/// <summary>Starts the built-in gateway and the engine with the server, and stops them with it.</summary>
internal sealed class EngineHost(SlipwayEngine engine, GatewayRouter router, GatewayHost? gateway, EmbeddedGateway? link, IDeployer local, DataDirectory data, ServerOptions options) : IHostedService, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private Task _following = Task.CompletedTask;
    private Task _relaying = Task.CompletedTask;

    /// <summary>Whether everything that was under way before is known again.</summary>
    public bool IsReady { get; private set; }

    public string? GatewayAddress => gateway?.Addresses.FirstOrDefault();

    /// <summary>The gateway has its routes before its first request, and nothing is decided before it serves.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (link is not null)
            router.Add(link);
        _following = Task.Run(() => router.FollowAsync(_stop.Token), CancellationToken.None);
        await engine.RestoreAsync(cancellationToken);
        if (gateway is not null && link is not null)
        {
            gateway.Counter.Subscribe(link);
            _relaying = Task.Run(() => link.RelayAsync(_stop.Token), CancellationToken.None);
            if (await gateway.StartAsync(cancellationToken) is [var problem, ..])
                throw new ServerStartException(problem.Code, problem.Place, problem.Message, problem.Remedy);
        }

        engine.Act();
        IsReady = true;
    }

    /// <summary>Users first: the gateway ends what is under way before any instance goes. The host's patience is not ours: each part has its own.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        IsReady = false;
        try
        {
            await engine.DisposeAsync();
            if (gateway is not null)
                await gateway.StopAsync(CancellationToken.None);
            if (options.StopInstances)
                await StopInstancesAsync();
            await _stop.CancelAsync();
            await Task.WhenAll(_following, _relaying).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        finally
        {
            File.Delete(data.Addresses);
        }
    }

    public void Dispose() => _stop.Dispose();

    /// <summary>Every instance on this machine, wanted or not: for an installation that is taken down.</summary>
    private async Task StopInstancesAsync() =>
        await Task.WhenAll((await local.ListAsync(CancellationToken.None)).Select(i => local.StopAsync(i.Id, CancellationToken.None)));
}
