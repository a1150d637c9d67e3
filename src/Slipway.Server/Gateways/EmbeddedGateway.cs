using System.Collections.Immutable;
using System.Threading.Channels;
using Slipway.Cluster.Nodes;
using Slipway.Core.Traffic;
using Slipway.Engine.Ports;
using Slipway.Engine.Traffic;
using Slipway.Gateway;
using Slipway.Gateway.Counting;
using Slipway.Integrations.Routers.Gateways;

namespace Slipway.Server.Gateways;

/// <summary>The gateway inside the server's own process. The other servers of a cluster hear of it as of any gateway.</summary>
/// <param name="relay">Tells the other servers; null: there are none.</param>
/// <param name="region">Where the server stands; null: nobody said.</param>
internal sealed class EmbeddedGateway(GatewayHost host, GatewayRouter router, TrafficBoard counts, IReportRelay? relay, TimeProvider time, string? region) : IGatewayLink, ITrafficListener
{
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(500);

    private readonly string _boot = Guid.NewGuid().ToString("N");

    /// <summary>What the other servers have not been told; null: what is served has changed.</summary>
    private readonly Channel<TrafficSecond?> _seconds = Channel.CreateBounded<TrafficSecond?>(new BoundedChannelOptions(600) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    public string Name => "built-in";

    public long? Serves => host.Routes.Current.Version;

    public bool IsAlive => true;

    public void Offer(RouteTable table)
    {
        if (host.Routes.Publish(table) && relay is not null && _seconds.Reader.Count == 0)
            _seconds.Writer.TryWrite(null);
    }

    public long? InFlight(InstanceId instance, ImmutableArray<string> endpoints, long sinceVersion) =>
        host.Routes.Current.Version < sinceVersion ? null
        : endpoints.IsEmpty ? host.Counter.InFlight(instance.Environment, instance.Candidate, instance.Role)
        : host.Counter.InFlight(instance.Environment, instance.Candidate, instance.Role, endpoints);

    public void OnSecond(TrafficSecond second)
    {
        counts.Add(second, region);
        router.Changed();
        if (relay is not null)
            _seconds.Writer.TryWrite(second);
    }

    /// <summary>Tells the other servers what it counts and serves, until cancelled. Ends at once where there are none.</summary>
    public async Task RelayAsync(CancellationToken cancellationToken)
    {
        var name = $"built-in-{_boot[..8]}";
        for (var sequence = 1L; relay is not null; sequence++)
        {
            var second = await _seconds.Reader.ReadAsync(cancellationToken);
            GatewayReport report = new(name, _boot, sequence, host.Routes.Current.Version, second is null ? [] : [second], host.Counter.InFlight()) { Region = region };
            while (!await relay.HandOnAsync(name, report, cancellationToken))
                await Task.Delay(BetweenTries, time, cancellationToken);
        }
    }
}
