using Slipway.Core.Traffic;
using Slipway.Engine.Ports;
using Slipway.Integrations.Routers.Gateways;

namespace Slipway.Integrations.Tests.Routers;

/// <summary>A gateway that does what a test tells it.</summary>
internal sealed class Link : IGatewayLink
{
    public string Name { get; init; } = "only";

    public long? Serves { get; set; }

    public bool IsAlive { get; set; } = true;

    public long? UnderWay { get; set; } = 0;

    public RouteTable? Offered { get; private set; }

    public void Offer(RouteTable table) => Offered = table;

    public long? InFlight(InstanceId instance, long sinceVersion) => UnderWay;
}
