using Slipway.Core.Deployments;
using Slipway.Engine.Instances;
using Slipway.Engine.Ports;
using Slipway.Engine.Traffic;

namespace Slipway.Engine.Deployments;

/// <summary>Carries out what deployments want by asking the deployer, the router and the checks.</summary>
internal sealed class EffectHandler(IDeployer deployer, InstanceBoard board, TrafficDirector traffic, Watcher watcher) : IEffectHandler
{
    public Task<EffectAnswer> RunAsync(DeploymentSpec spec, Effect effect, Func<DeploymentInput, ValueTask> observe, CancellationToken cancellationToken) => effect switch
    {
        Effect.StartCandidate start => StartAsync(spec, start, cancellationToken),
        Effect.ApplySplit apply => ApplyAsync(spec, apply, cancellationToken),
        Effect.Watch => watcher.RunAsync(spec, observe, cancellationToken),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private async Task<EffectAnswer> StartAsync(DeploymentSpec spec, Effect.StartCandidate effect, CancellationToken cancellationToken)
    {
        InstanceId id = new(spec.Environment, effect.Workload.Candidate);
        return await board.AloneAsync<EffectAnswer>(id, async () =>
        {
            var outcome = await deployer.EnsureAsync(new InstanceRequest(id, effect.Workload.Artifact, effect.Workload.Deploy), cancellationToken);
            if (outcome is not DeployOutcome.Ready ready)
                return new EffectAnswer.Failed(((DeployOutcome.Failed)outcome).Reason);
            board.Set(id, ready.Endpoints);
            return new EffectAnswer.Done();
        }, cancellationToken);
    }

    private async Task<EffectAnswer> ApplyAsync(DeploymentSpec spec, Effect.ApplySplit effect, CancellationToken cancellationToken) =>
        await traffic.ApplyAsync(new TrafficDirector.Direction(spec.Environment, effect.Split, spec.Salt), cancellationToken) is RouteOutcome.Unconfirmed unconfirmed
            ? new EffectAnswer.Failed(unconfirmed.Why)
            : new EffectAnswer.Done();
}
