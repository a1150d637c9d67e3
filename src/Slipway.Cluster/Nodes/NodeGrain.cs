using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans;
using Orleans.Concurrency;
using Slipway.Cluster.Exports;
using Slipway.Core.Traffic;
using Slipway.Engine.Ports;

namespace Slipway.Cluster.Nodes;

/// <summary>
/// What a server does for the others. Asked for many things at a time, none of which waits for another. What is under way when the server stops is
/// given up: whoever asked asks again, and somebody else.
/// </summary>
[NodePlacement]
[Reentrant]
internal sealed class NodeGrain([FromKeyedServices(ClusterHost.Local)] IDeployer deployer, IReportSink reports, IExportSink exports, IHostApplicationLifetime life) : Grain, INodeGrain
{
    private readonly ExportRepeats _repeats = new();

    public async Task<string> ListAsync() => ClusterJson.Write(await deployer.ListAsync(CancellationToken.None));

    public async Task<string> EnsureAsync(string request, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, life.ApplicationStopping);
        return ClusterJson.Write(await EnsureAnswer.OfAsync(() => deployer.EnsureAsync(ClusterJson.Read<InstanceRequest>(request), either.Token)));
    }

    public async Task StopAsync(string instance, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, life.ApplicationStopping);
        await deployer.StopAsync(ClusterJson.Read<InstanceId>(instance), either.Token);
    }

    public Task TakeAsync(string gateway, string report)
    {
        reports.Take(gateway, ClusterJson.Read<GatewayReport>(report));
        return Task.CompletedTask;
    }

    public Task TakeExportAsync(string sender, long sequence, byte[] export)
    {
        _repeats.Once(sender, sequence, () => exports.Take(export));
        return Task.CompletedTask;
    }
}

/// <summary>What came of asking for instances.</summary>
internal sealed record EnsureAnswer(ImmutableArray<string> Endpoints, string? Failure)
{
    /// <summary>Why nobody can say how it went; null when somebody can. An exception of ours would not arrive as what it is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? AskAgain { get; init; }

    public static async Task<EnsureAnswer> OfAsync(Func<Task<DeployOutcome>> ask)
    {
        try
        {
            return await ask() switch
            {
                DeployOutcome.Ready ready => new([.. ready.Endpoints], null),
                DeployOutcome.Failed failed => new([], failed.Reason),
                _ => throw new System.Diagnostics.UnreachableException(),
            };
        }
        catch (AskAgainException e)
        {
            return new([], null) { AskAgain = e.Message };
        }
    }
}

/// <summary>Takes what gateways report to other servers.</summary>
public interface IReportSink
{
    /// <summary>Takes a report; one that is known already is dropped.</summary>
    void Take(string gateway, GatewayReport report);
}
