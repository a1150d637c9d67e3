using System.Collections.Immutable;
using Slipway.Core.Traffic;
using Slipway.Engine.Ports;

namespace Slipway.Integrations.Routers.Gateways;

/// <summary>One gateway, in this process or elsewhere, as the router sees it.</summary>
public interface IGatewayLink
{
    string Name { get; }

    /// <summary>Version of the table it said it serves; null when it has not said.</summary>
    long? Serves { get; }

    /// <summary>Whether it was heard of lately. One that was not is not waited for; it takes the newest table when it comes back.</summary>
    bool IsAlive { get; }

    /// <summary>Version of Slipway that it is of; null: it does not say.</summary>
    string? Version => null;

    /// <summary>How far its clock was ahead of this server's when it last said; null: it does not say, or it is the same clock.</summary>
    TimeSpan? ClockAhead => null;

    /// <summary>Hands it the newest table; it may take it later.</summary>
    void Offer(RouteTable table);

    /// <summary>Requests under way to some endpoints of a version (none named: to all), as of a table version; null when it has not said.</summary>
    long? InFlight(InstanceId instance, ImmutableArray<string> endpoints, long sinceVersion);
}
