using Orleans.Runtime;
using Slipway.Core.Traffic;

namespace Slipway.Cluster.Nodes;

/// <summary>
/// Hands on what a gateway reports to this server, so that every server knows what is counted and served. A server that does not take it, though
/// it is not known to be gone, makes the gateway send it again: those that have it drop the repeat, so nothing is lost and nothing counts twice.
/// </summary>
internal sealed class ReportRelay(ClusterNodes nodes, TimeProvider time) : IReportRelay
{
    /// <summary>Shorter than a gateway's patience with its server.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public async Task<bool> HandOnAsync(string gateway, GatewayReport report, CancellationToken cancellationToken)
    {
        var others = nodes.Others.ToList();
        if (others.Count == 0)
            return true;
        var text = ClusterJson.Write(report);
        var taken = await Task.WhenAll(others.Select(other => HandOnAsync(other, gateway, text, cancellationToken)));
        return taken.All(t => t);
    }

    private async Task<bool> HandOnAsync(SiloAddress other, string gateway, string report, CancellationToken cancellationToken)
    {
        try
        {
            await nodes.Grain(other).TakeAsync(gateway, report).WaitAsync(Patience, time, cancellationToken);
            return true;
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            return !nodes.IsActive(other);
        }
    }
}

/// <summary>Hands on what gateways report to the other servers of the cluster.</summary>
public interface IReportRelay
{
    /// <summary>True when every other server has it, or is known to be gone.</summary>
    Task<bool> HandOnAsync(string gateway, GatewayReport report, CancellationToken cancellationToken);
}
