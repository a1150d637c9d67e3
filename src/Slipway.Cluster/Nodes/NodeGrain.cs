using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Concurrency;
using Slipway.Cluster.Exports;
using Slipway.Core.Traffic;
using Slipway.Engine.Ports;

namespace Slipway.Cluster.Nodes;

/// <summary>What a server does for the others. Asked for many things at a time, none of which waits for another.</summary>
[NodePlacement]
[Reentrant]
internal sealed class NodeGrain([FromKeyedServices(ClusterHost.Local)] IDeployer deployer, IReportSink reports, IExportSink exports) : Grain, INodeGrain
{
    private readonly ExportRepeats _repeats = new();

    public async Task<string> ListAsync() => ClusterJson.Write(await deployer.ListAsync(CancellationToken.None));

    public async Task<string> EnsureAsync(string request, CancellationToken cancellationToken) =>
        ClusterJson.Write(EnsureAnswer.Of(await deployer.EnsureAsync(ClusterJson.Read<InstanceRequest>(request), cancellationToken)));

    public Task StopAsync(string instance, CancellationToken cancellationToken) => deployer.StopAsync(ClusterJson.Read<InstanceId>(instance), cancellationToken);

    public Task TakeAsync(string gateway, string report)
    {
        reports.Take(gateway, ClusterJson.Read<GatewayReport>(report));
        return Task.CompletedTask;
    }

    public Task TakeExportAsync(string sender, long sequence, byte[] export)
    {
        if (_repeats.IsNew(sender, sequence))
            exports.Take(export);
        return Task.CompletedTask;
    }
}

/// <summary>What came of asking for instances.</summary>
internal sealed record EnsureAnswer(ImmutableArray<string> Endpoints, string? Failure)
{
    public static EnsureAnswer Of(DeployOutcome outcome) => outcome switch
    {
        DeployOutcome.Ready ready => new([.. ready.Endpoints], null),
        DeployOutcome.Failed failed => new([], failed.Reason),
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}

/// <summary>Takes what gateways report to other servers.</summary>
public interface IReportSink
{
    /// <summary>Takes a report; one that is known already is dropped.</summary>
    void Take(string gateway, GatewayReport report);
}
