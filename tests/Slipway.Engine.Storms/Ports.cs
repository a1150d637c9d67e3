using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Slipway.Core.Deployments;
using Slipway.Core.Projects;
using Slipway.Core.Traffic;
using Slipway.Engine.Ports;

namespace Slipway.Engine.Storms;

/// <summary>
/// What one node asks of the world, over a network that is late, fails, and loses answers to what was done. What a caller gives up before it
/// has arrived is not done; what a dead or frozen node had asked for is.
/// </summary>
internal sealed class Ports(World world, Node node) : IEventStore, IDeployer, ITrafficRouter, IHookRunner, IAnalysisStore
{
    private readonly Dictionary<EnvironmentKey, long> _arrived = [];
    private long _asked;

    public Task<AppendResult> AppendAsync(string stream, long expectedVersion, IReadOnlyList<NewEvent> events, CancellationToken cancellationToken) =>
        CallAsync($"append {stream} at {expectedVersion}", () => world.AppendAsync(node, stream, expectedVersion, events), cancellationToken);

    public Task<ImmutableArray<RecordedEvent>> ReadStreamAsync(string stream, long afterVersion, CancellationToken cancellationToken) =>
        CallAsync($"read {stream}", () => world.Store.ReadStreamAsync(stream, afterVersion, CancellationToken.None), cancellationToken);

    public Task<ImmutableArray<RecordedEvent>> ReadAllAsync(long afterPosition, int limit, CancellationToken cancellationToken) =>
        CallAsync("read all", () => world.Store.ReadAllAsync(afterPosition, limit, CancellationToken.None), cancellationToken);

    public Task<long> LastPositionAsync(CancellationToken cancellationToken) =>
        CallAsync("last position", () => world.Store.LastPositionAsync(CancellationToken.None), cancellationToken);

    public Task<ImmutableArray<string>> StreamsAsync(string prefix, CancellationToken cancellationToken) =>
        CallAsync("streams", () => world.Store.StreamsAsync(prefix, CancellationToken.None), cancellationToken);

    public Task<TakenAnalysis> TakeAsync(DeploymentId deployment, DateTimeOffset now, CancellationToken cancellationToken) =>
        CallAsync($"take {deployment}", () => world.Analyses.TakeAsync(deployment, now, CancellationToken.None), cancellationToken, beside: true);

    public Task<bool> SaveAsync(DeploymentId deployment, AnalysisSave save, CancellationToken cancellationToken) =>
        CallAsync($"save what the checks of {deployment} saw", () => world.Analyses.SaveAsync(deployment, save, CancellationToken.None), cancellationToken, beside: true);

    public Task<ImmutableArray<AnalysisChunk>> ReadAsync(DeploymentId deployment, int after, int limit, CancellationToken cancellationToken) =>
        CallAsync($"read what the checks of {deployment} saw", () => world.Analyses.ReadAsync(deployment, after, limit, CancellationToken.None), cancellationToken, beside: true);

    public Task<ReadOnlyMemory<byte>?> CheckpointAsync(DeploymentId deployment, CancellationToken cancellationToken) =>
        CallAsync($"where the checks of {deployment} stand", () => world.Analyses.CheckpointAsync(deployment, CancellationToken.None), cancellationToken, beside: true);

    public Task<int> PruneAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        CallAsync("prune", () => world.Analyses.PruneAsync(before, CancellationToken.None), cancellationToken, beside: true);

    public Task<DeployOutcome> EnsureAsync(InstanceRequest request, CancellationToken cancellationToken) =>
        CallAsync($"have {request.Instances} of {request.Id}", () => world.Deployer.EnsureAsync(request, cancellationToken), cancellationToken);

    public Task StopAsync(InstanceId id, CancellationToken cancellationToken) => CallAsync($"stop {id}", async () =>
    {
        await world.Deployer.StopAsync(id, CancellationToken.None);
        return true;
    }, cancellationToken);

    public Task<ImmutableArray<InstanceStatus>> ListAsync(CancellationToken cancellationToken) => CallAsync("list", () => world.Deployer.ListAsync(CancellationToken.None), cancellationToken);

    /// <summary>Exits are not reported here: an engine must find them by looking, too.</summary>
    public async IAsyncEnumerable<InstanceStatus> WatchExitsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, node, cancellationToken);
        yield break;
    }

    public Task AnnounceAsync(ImmutableArray<TrafficRequest> all, CancellationToken cancellationToken) => CallAsync("announce", () =>
    {
        foreach (var request in all)
            world.Router.Serve(request, node);
        return Task.FromResult(true);
    }, cancellationToken);

    public Task TakeOverAsync(ProjectId project, CancellationToken cancellationToken) => CallAsync("take over", () =>
    {
        world.Router.TakeOver(node);
        return Task.FromResult(true);
    }, cancellationToken);

    /// <summary>Of one process, what it asked for later is never undone by what it asked for before.</summary>
    public Task<RouteOutcome> ApplyAsync(TrafficRequest request, CancellationToken cancellationToken)
    {
        var (key, number) = (request.Project.Key(request.Environment), ++_asked);
        return CallAsync<RouteOutcome>($"route {request.Environment.Name} {request.Split.Weight}", () =>
        {
            if (_arrived.GetValueOrDefault(key) > number)
                return Task.FromResult<RouteOutcome>(new RouteOutcome.Unconfirmed("a newer one came first"));
            _arrived[key] = number;
            return Task.FromResult<RouteOutcome>(world.Router.Serve(request, node) ? new RouteOutcome.Applied() : new RouteOutcome.Unconfirmed("another one directs it now") { Superseded = true });
        }, cancellationToken);
    }

    public Task<TrafficSplit?> ObserveAsync(EnvironmentKey environment, CancellationToken cancellationToken) =>
        CallAsync("observe", () => Task.FromResult(world.Router.Serves(environment)?.Split), cancellationToken);

    public Task DrainAsync(InstanceId instance, ImmutableArray<string> endpoints, TimeSpan limit, CancellationToken cancellationToken) =>
        CallAsync($"drain {instance}", () => Task.FromResult(true), cancellationToken);

    /// <summary>With its retries: a try that is lost has failed as far as anybody knows.</summary>
    public async Task<HookOutcome> RunAsync(HookCall call, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            HookOutcome outcome = new("no answer");
            await TryAsync($"hook {call.Hook.Name}", () => outcome = world.Hooks.Run(call, node), cancellationToken);
            if (outcome.Failure is null || attempt == call.Hook.Retries)
                return outcome;
            await Task.Delay(TimeSpan.FromSeconds(1 << attempt), node, cancellationToken);
        }
    }

    /// <summary>False when there was no answer; it may have been done all the same.</summary>
    public async Task<bool> TryAsync(string what, Action action, CancellationToken cancellationToken = default)
    {
        try
        {
            return await CallAsync(what, () =>
            {
                action();
                return Task.FromResult(true);
            }, cancellationToken);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private async Task<T> CallAsync<T>(string what, Func<Task<T>> action, CancellationToken cancellationToken, bool beside = false)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var fate = world.Weather.Next(beside);
        if (fate.Before > TimeSpan.Zero)
            await Task.Delay(fate.Before, world.Time, cancellationToken);
        else
            cancellationToken.ThrowIfCancellationRequested();
        T? answer = default;
        Exception? failure = fate.Refused ? new IOException($"{what}: no connection") : null;
        if (failure is null)
        {
            try
            {
                answer = await action();
            }
            catch (OperationCanceledException e)
            {
                failure = e;
            }
        }

        if (fate.After > TimeSpan.Zero)
            await Task.Delay(fate.After, world.Time, CancellationToken.None);
        TaskCompletionSource answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        node.WhenItRuns(answered.SetResult);
        await answered.Task;
        if (failure is not null || fate.Lost)
            throw failure ?? new IOException($"{what}: the answer was lost");
        return answer!;
    }
}
