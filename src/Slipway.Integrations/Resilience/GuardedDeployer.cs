using System.Collections.Immutable;
using Slipway.Core.Projects;
using Slipway.Engine.Ports;

namespace Slipway.Integrations.Resilience;

/// <summary>
/// A deployer behind bulkheads: what hangs in one environment takes nothing from another, and all together never ask more of the machine than
/// it can do. A start has the time of its recipe; a stop is separate, so that starts that hang do not keep anything from being stopped.
/// </summary>
public sealed class GuardedDeployer(IDeployer deployer, TimeProvider time) : IDeployer
{
    /// <summary>Both sides of a rollout, its baseline, and what the keeper starts again: four, with some room.</summary>
    private static readonly BulkheadSize OfOne = new(8, 16);

    private static readonly BulkheadSize OfAll = new(256, 8192);

    private readonly Bulkheads<EnvironmentKey> _starts = new("deployer", e => $"starting instances in {e}", OfOne, time);
    private readonly Bulkheads<EnvironmentKey> _stops = new("deployer", e => $"stopping instances in {e}", OfOne, time);
    private readonly Bulkhead _all = new("deployer", "the deployer", OfAll, time);
    private readonly Bulkhead _list = new("deployer", "the deployer's list of what runs", new BulkheadSize(2, 16), time);

    public Task<DeployOutcome> EnsureAsync(InstanceRequest request, CancellationToken cancellationToken) =>
        _starts.RunAsync(request.Id.Environment, null, token => _all.RunAsync(request.Deploy.StartDeadline, inner => deployer.EnsureAsync(request, inner), token), cancellationToken);

    public Task StopAsync(InstanceId id, CancellationToken cancellationToken) => _stops.RunAsync(id.Environment, Patience.Stop, async token =>
    {
        await deployer.StopAsync(id, token);
        return true;
    }, cancellationToken);

    public Task<ImmutableArray<InstanceStatus>> ListAsync(CancellationToken cancellationToken) => _list.RunAsync(Patience.Answer, deployer.ListAsync, cancellationToken);

    public IAsyncEnumerable<InstanceStatus> WatchExitsAsync(CancellationToken cancellationToken) => deployer.WatchExitsAsync(cancellationToken);
}
