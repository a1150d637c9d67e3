using System.Collections.Immutable;
using System.Net;
using System.Runtime.CompilerServices;
using Slipway.Engine.Ports;

namespace Slipway.Cluster.Instances;

/// <summary>Says where instances of this machine are reached from others.</summary>
public sealed class AddressedDeployer : IDeployer
{
    private readonly IDeployer _local;
    private readonly string _host;

    private AddressedDeployer(IDeployer local, IPAddress address) => (_local, _host) = (local, address.ToString());

    /// <param name="local">Gives addresses of 127.0.0.1.</param>
    /// <param name="address">Of this machine; null: nobody else needs to reach them.</param>
    public static IDeployer Of(IDeployer local, IPAddress? address) => address is null ? local : new AddressedDeployer(local, address);

    public async Task<DeployOutcome> EnsureAsync(InstanceRequest request, CancellationToken cancellationToken) =>
        await _local.EnsureAsync(request, cancellationToken) is var outcome && outcome is DeployOutcome.Ready ready ? new DeployOutcome.Ready(Addressed(ready.Endpoints)) : outcome;

    public Task StopAsync(InstanceId id, CancellationToken cancellationToken) => _local.StopAsync(id, cancellationToken);

    public async Task<ImmutableArray<InstanceStatus>> ListAsync(CancellationToken cancellationToken) => [.. (await _local.ListAsync(cancellationToken)).Select(Addressed)];

    public async IAsyncEnumerable<InstanceStatus> WatchExitsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var exit in _local.WatchExitsAsync(cancellationToken))
            yield return Addressed(exit);
    }

    private InstanceStatus Addressed(InstanceStatus status) => status with { Endpoints = Addressed(status.Endpoints) };

    private ImmutableArray<string> Addressed(ImmutableArray<string> endpoints) => [.. endpoints.Select(e => new UriBuilder(e) { Host = _host }.Uri.AbsoluteUri.TrimEnd('/'))];
}
