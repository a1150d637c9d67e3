using System.Collections.Concurrent;
using Slipway.Cluster.Nodes;
using Slipway.Core.Traffic;
using Slipway.Engine.Traffic;
using Slipway.Integrations.Routers.Gateways;

namespace Slipway.Server.Gateways;

/// <summary>The gateways that run as processes of their own.</summary>
internal sealed class GatewayHub(GatewayRouter router, TrafficBoard counts, TimeProvider time) : IReportSink
{
    private readonly ConcurrentDictionary<string, Lazy<RemoteGateway>> _gateways = new();

    /// <summary>The newest table once it is newer than what the gateway has; null when nothing newer comes in time.</summary>
    public async Task<RouteTable?> NextAsync(string name, long after, TimeSpan wait, CancellationToken cancellationToken)
    {
        var gateway = Of(name);
        var begun = time.GetTimestamp();
        while (true)
        {
            gateway.Heard();
            var change = router.NextChange;
            if (router.Table is { Version: > 0 } table && table.Version > after)
                return table;
            var left = wait - time.GetElapsedTime(begun);
            if (left <= TimeSpan.Zero)
                return null;
            using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(change, Task.Delay(left < TimeSpan.FromSeconds(1) ? left : TimeSpan.FromSeconds(1), time, enough.Token));
            await enough.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    public void Take(string name, GatewayReport report)
    {
        Forget();
        if (Of(name).Take(report))
        {
            foreach (var second in report.Seconds)
                counts.Add(second, report.Region);
        }

        router.Changed();
    }

    /// <summary>Names of gateways come and go with their machines.</summary>
    private void Forget()
    {
        foreach (var (name, gateway) in _gateways.Where(g => g.Value.IsValueCreated && g.Value.Value.IsForgotten))
        {
            if (_gateways.TryRemove(new KeyValuePair<string, Lazy<RemoteGateway>>(name, gateway)))
                router.Remove(gateway.Value);
        }
    }

    private RemoteGateway Of(string name) => _gateways.GetOrAdd(name, n => new Lazy<RemoteGateway>(() =>
    {
        RemoteGateway gateway = new(n, time);
        router.Add(gateway);
        return gateway;
    })).Value;
}
