using System.Collections.Immutable;
using Slipway.Core.Traffic;
using Slipway.Engine.Ports;
using Slipway.Engine.Traffic;
using Slipway.Gateway;
using Slipway.Gateway.Counting;
using Slipway.Integrations.Routers.Gateways;

namespace Slipway.Server.Gateways;

/// <summary>The gateway inside the server's own process.</summary>
internal sealed class EmbeddedGateway(GatewayHost host, GatewayRouter router, TrafficBoard counts) : IGatewayLink, ITrafficListener
{
    public string Name => "built-in";

    public long? Serves => host.Routes.Current.Version;

    public bool IsAlive => true;

    public void Offer(RouteTable table) => host.Routes.Publish(table);

    public long? InFlight(InstanceId instance, ImmutableArray<string> endpoints, long sinceVersion) =>
        host.Routes.Current.Version < sinceVersion ? null
        : endpoints.IsEmpty ? host.Counter.InFlight(instance.Environment, instance.Candidate, instance.Role)
        : host.Counter.InFlight(instance.Environment, instance.Candidate, instance.Role, endpoints);

    public void OnSecond(TrafficSecond second)
    {
        counts.Add(second);
        router.Changed();
    }
}
