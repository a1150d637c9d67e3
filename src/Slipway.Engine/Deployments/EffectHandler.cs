using Slipway.Core.Deployments;
using Slipway.Core.Releases;
using Slipway.Engine.Instances;
using Slipway.Engine.Ports;
using Slipway.Engine.Traffic;

namespace Slipway.Engine.Deployments;

/// <summary>Carries out what deployments want by asking the deployer, the router and the checks.</summary>
internal sealed class EffectHandler(
    IDeployer deployer, IHookRunner hooks, InstanceBoard board, TrafficDirector traffic, Watcher watcher, IProjectOwners? owners, TimeProvider time) : IEffectHandler
{
    /// <summary>How long a router that said it was done may serve something else.</summary>
    private static readonly TimeSpan ReadBackWithin = TimeSpan.FromSeconds(30);

    /// <summary>Nothing begins while it is not sure that this process still acts for the project: somebody else may do so by now.</summary>
    public async Task<EffectAnswer> RunAsync(DeploymentSpec spec, Effect effect, Func<DeploymentInput, ValueTask> observe, CancellationToken cancellationToken)
    {
        if (owners is { IsSure: false })
            await owners.WhenSureAsync(cancellationToken);
        return await BeginAsync(spec, effect, observe, cancellationToken);
    }

    private Task<EffectAnswer> BeginAsync(DeploymentSpec spec, Effect effect, Func<DeploymentInput, ValueTask> observe, CancellationToken cancellationToken) => effect switch
    {
        Effect.StartCandidate start => HaveAsync(new InstanceId(spec.Environment, start.Workload.Candidate), start.Workload, start.Instances, cancellationToken),
        Effect.ScaleStable scale => HaveAsync(new InstanceId(spec.Environment, scale.Workload.Candidate), scale.Workload, scale.Instances, cancellationToken),
        Effect.StartBaseline start => HaveAsync(new InstanceId(spec.Environment, start.Workload.Candidate, InstanceRole.Baseline), start.Workload, start.Instances, cancellationToken),
        Effect.RunHook run => RunAsync(spec, run, cancellationToken),
        Effect.ApplySplit apply => ApplyAsync(spec, apply, cancellationToken),
        Effect.Watch => watcher.RunAsync(spec, observe, cancellationToken),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>
    /// Asks for so many instances and tells the router of them. Never for fewer than there are: a deployment that wants fewer has what it
    /// wants, and the keeper takes away what is more, once the deployment does not count on it any longer.
    /// </summary>
    private async Task<EffectAnswer> HaveAsync(InstanceId id, Workload workload, int instances, CancellationToken cancellationToken)
    {
        var news = false;
        var answer = await board.AloneAsync<EffectAnswer>(id, ready => Math.Max(instances, ready), async count =>
        {
            var request = new InstanceRequest(id, workload.Artifact, workload.Deploy, count);
            var outcome = await deployer.EnsureAsync(request, cancellationToken);
            if (outcome is not DeployOutcome.Ready ready)
                return new EffectAnswer.Failed(((DeployOutcome.Failed)outcome).Reason);
            news = board.Set(id, ready.Endpoints);
            return new EffectAnswer.Done();
        }, cancellationToken);
        if (news)
            await traffic.RefreshAsync(id.Environment, cancellationToken);
        return answer;
    }

    /// <summary>What the router says it did is read back where that is possible: only what is really served is a confirmation.</summary>
    private async Task<EffectAnswer> ApplyAsync(DeploymentSpec spec, Effect.ApplySplit effect, CancellationToken cancellationToken)
    {
        if (await traffic.ApplyAsync(new TrafficDirector.Direction(spec.Environment, effect.Split, spec.Salt), cancellationToken) is RouteOutcome.Unconfirmed unconfirmed)
        {
            // Whoever took the project over goes on with it: that this process may not is no failure of the traffic.
            return unconfirmed.Superseded ? throw new AskAgainException(unconfirmed.Why) : new EffectAnswer.Failed(unconfirmed.Why);
        }

        var begun = time.GetTimestamp();
        while (await traffic.ObserveAsync(spec.Environment, cancellationToken) is { } observed && observed != effect.Split)
        {
            if (time.GetElapsedTime(begun) > ReadBackWithin)
                return new EffectAnswer.Failed($"the router said it was done, but serves {observed.Weight} on {observed.Candidate?.Value ?? "no candidate"} where {effect.Split.Weight} was asked for");
            await Task.Delay(TimeSpan.FromSeconds(1), time, cancellationToken);
        }

        return new EffectAnswer.Serves(effect.Split);
    }

    private async Task<EffectAnswer> RunAsync(DeploymentSpec spec, Effect.RunHook run, CancellationToken cancellationToken)
    {
        var outcome = await hooks.RunAsync(new HookCall(run.Hook, run.IdempotencyKey, spec, run.Key.StartsWith("undo/", StringComparison.Ordinal) ? "rollback" : "step"), cancellationToken);
        return outcome.Failure is { } why ? new EffectAnswer.Failed(why) : new EffectAnswer.Done();
    }
}
