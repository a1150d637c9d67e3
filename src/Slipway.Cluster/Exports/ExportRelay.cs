using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;
using Slipway.Cluster.Nodes;

namespace Slipway.Cluster.Exports;

/// <summary>
/// Hands on what apps export to this server, so that whoever acts for a project can measure on it, and whoever acts next too. Whoever exported is
/// answered at once and not kept waiting for the others.
/// </summary>
internal sealed partial class ExportRelay(ClusterNodes nodes, TimeProvider time, ILogger<ExportRelay> logger) : BackgroundService, IExportRelay
{
    private readonly ExportPump _pump = new(
        () => [.. nodes.Others], nodes.IsActive, (other, sequence, export) => nodes.Grain(other).TakeExportAsync(nodes.Self.ToParsableString(), sequence, export), time);

    public void HandOn(byte[] export)
    {
        if (!_pump.Add(export))
            Dropped(logger);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _pump.RunAsync(stoppingToken);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Another server is slow to take what apps export: an export was not handed on to it")]
    private static partial void Dropped(ILogger logger);
}

/// <summary>Hands on what apps export to the other servers of the cluster.</summary>
public interface IExportRelay
{
    /// <summary>Begins to hand an export on, and returns at once.</summary>
    void HandOn(byte[] export);
}

/// <summary>Takes what apps export to other servers.</summary>
public interface IExportSink
{
    /// <summary>Takes an export. Called once for each.</summary>
    void Take(byte[] export);
}
