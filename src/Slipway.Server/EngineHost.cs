using Microsoft.Extensions.Hosting;
using Slipway.Engine;
using Slipway.Gateway;
using Slipway.Integrations.Routers.Gateways;
using Slipway.Server.Gateways;

namespace Slipway.Server;

/// <summary>Starts the built-in gateway and the engine with the server, and stops them with it.</summary>
internal sealed class EngineHost(SlipwayEngine engine, GatewayRouter router, GatewayHost? gateway, EmbeddedGateway? link, DataDirectory data, ServerOptions options) : IHostedService
{
    /// <summary>Whether everything that was under way before is known again.</summary>
    public bool IsReady { get; private set; }

    public string? GatewayAddress => gateway?.Addresses.FirstOrDefault();

    /// <summary>The gateway has its routes before its first request, and nothing is decided before it serves.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (link is not null)
            router.Add(link);
        await engine.RestoreAsync(cancellationToken);
        if (gateway is not null && link is not null)
        {
            gateway.Counter.Subscribe(link);
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
                await engine.StopInstancesAsync(CancellationToken.None);
        }
        finally
        {
            File.Delete(data.Addresses);
        }
    }
}
