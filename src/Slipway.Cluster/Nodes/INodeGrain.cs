using Orleans;

namespace Slipway.Cluster.Nodes;

/// <summary>One server of the cluster, as the others ask it. Its key is the silo's address.</summary>
internal interface INodeGrain : IGrainWithStringKey
{
    /// <summary>The instances that run on its machine.</summary>
    Task<string> ListAsync();

    /// <summary>Has so many instances of a version running there.</summary>
    [ResponseTimeout("01:00:00")]
    Task<string> EnsureAsync(string request, CancellationToken cancellationToken);

    /// <summary>Stops what runs of a version there. Waited for a little longer than that server itself does, see <see cref="Engine.Ports.Patience.Stop"/>.</summary>
    [ResponseTimeout("00:16:00")]
    Task StopAsync(string instance, CancellationToken cancellationToken);

    /// <summary>Takes what a gateway counted and serves. A repeat is dropped.</summary>
    Task TakeAsync(string gateway, string report);

    /// <summary>Takes what an app exported to another server. A repeat is dropped.</summary>
    /// <param name="sender">That server, in this life of it.</param>
    /// <param name="sequence">Its number, above those of all that this server sent before.</param>
    /// <param name="export">As the protocol has it.</param>
    Task TakeExportAsync(string sender, long sequence, byte[] export);
}
