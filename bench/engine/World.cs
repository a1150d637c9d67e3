using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Slipway.Core.Deployments;
using Slipway.Core.Projects;
using Slipway.Core.Traffic;
using Slipway.Engine.Ports;

namespace Slipway.Bench.Engine;

/// <summary>Instances that are ready at once, and cost nothing: what is measured is the engine.</summary>
internal sealed class InstantDeployer : IDeployer
{
    private readonly ConcurrentDictionary<InstanceId, int> _running = new();

    public Task<DeployOutcome> EnsureAsync(InstanceRequest request, CancellationToken cancellationToken)
    {
        _running[request.Id] = request.Instances;
        return Task.FromResult<DeployOutcome>(new DeployOutcome.Ready(Endpoints(request.Id, request.Instances)));
    }

    public Task StopAsync(InstanceId id, CancellationToken cancellationToken)
    {
        _running.TryRemove(id, out _);
        return Task.CompletedTask;
    }

    public Task<ImmutableArray<InstanceStatus>> ListAsync(CancellationToken cancellationToken) =>
        Task.FromResult<ImmutableArray<InstanceStatus>>([.. _running.Select(r => new InstanceStatus(r.Key, InstanceCondition.Ready, Endpoints(r.Key, r.Value), ""))]);

    public async IAsyncEnumerable<InstanceStatus> WatchExitsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.Infinite, cancellationToken);
        yield break;
    }

    private static ImmutableArray<string> Endpoints(InstanceId id, int count) => [.. Enumerable.Range(0, count).Select(i => $"http://{id.Candidate}.{id.Environment.Project}:{i}")];
}

/// <summary>Serves what it was asked last.</summary>
internal sealed class InstantRouter : ITrafficRouter
{
    private readonly ConcurrentDictionary<EnvironmentKey, TrafficSplit> _serves = new();

    public Task AnnounceAsync(ImmutableArray<TrafficRequest> all, CancellationToken cancellationToken)
    {
        foreach (var request in all)
            _serves[request.Project.Key(request.Environment)] = request.Split;
        return Task.CompletedTask;
    }

    public Task<RouteOutcome> ApplyAsync(TrafficRequest request, CancellationToken cancellationToken)
    {
        _serves[request.Project.Key(request.Environment)] = request.Split;
        return Task.FromResult<RouteOutcome>(new RouteOutcome.Applied());
    }

    public Task<TrafficSplit?> ObserveAsync(EnvironmentKey environment, CancellationToken cancellationToken) => Task.FromResult(_serves.GetValueOrDefault(environment));

    public Task DrainAsync(InstanceId instance, ImmutableArray<string> endpoints, TimeSpan limit, CancellationToken cancellationToken) => Task.CompletedTask;
}

internal sealed class NoHooks : IHookRunner
{
    public Task<HookOutcome> RunAsync(HookCall call, CancellationToken cancellationToken) => throw new NotSupportedException("the strategies of this benchmark have no hooks");
}
