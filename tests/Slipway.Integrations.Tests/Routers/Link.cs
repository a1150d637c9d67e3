using System.Collections.Immutable;
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

    /// <summary>Requests under way, by endpoint.</summary>
    public Dictionary<string, long> Busy { get; } = [];

    public RouteTable? Offered { get; private set; }

    public void Offer(RouteTable table) => Offered = table;

    public long? InFlight(InstanceId instance, ImmutableArray<string> endpoints, long sinceVersion) => endpoints.IsEmpty ? UnderWay : endpoints.Sum(e => Busy.GetValueOrDefault(e));
}
