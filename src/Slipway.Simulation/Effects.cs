using Slipway.Core.Deployments;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Core.Traffic;

namespace Slipway.Simulation;

/// <summary>Answers what deployments ask of deployer, router and hooks, late and as badly as the world says.</summary>
internal sealed class Effects(World world, WorldSpec spec, Chance chance, Agenda agenda)
{
    /// <summary>How long the engine waits before it asks again for what did not work.</summary>
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(10);

    private readonly HashSet<(DeploymentId Id, string Key)> _inFlight = [];
    private readonly Dictionary<EnvironmentName, TrafficSplit> _serves = [];
    private readonly HashSet<CandidateId> _exited = [];

    /// <summary>What an environment's router really serves.</summary>
    public TrafficSplit Serves(EnvironmentName name) =>
        _serves.TryGetValue(name, out var split) ? split : TrafficSplit.Only(world.Snapshot.Of(name).Stable?.Candidate);

    /// <summary>Begins what is wanted and not under way; what is no longer wanted is ignored by the core when it is answered.</summary>
    public void Reconcile(Deployment deployment)
    {
        foreach (var effect in Rollout.Plan(deployment).Where(e => e is not Effect.Watch && _inFlight.Add((deployment.Spec.Id, e.Key))))
            Begin(deployment.Spec, effect);
    }

    private void Begin(DeploymentSpec deployment, Effect effect)
    {
        var (takes, answer) = effect switch
        {
            Effect.StartCandidate start => Start(start.Workload.Candidate),
            Effect.ScaleStable scale => Start(scale.Workload.Candidate),
            Effect.StartBaseline start => Start(start.Workload.Candidate),
            Effect.ApplySplit apply => Route(deployment, apply),
            Effect.RunHook run => Hook(run),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        agenda.Add(world.Now + takes, () => Answer(deployment, effect, answer()));
    }

    private void Answer(DeploymentSpec deployment, Effect effect, EffectAnswer? answer)
    {
        _inFlight.Remove((deployment.Id, effect.Key));
        if (answer is null)
        {
            Ask(deployment.Id);
            return;
        }

        if (effect is Effect.StartCandidate start && answer is EffectAnswer.Done && Version(start.Workload.Candidate) is { ExitsAfter: { } after } version && _exited.Add(version.Name))
            agenda.Add(world.Now + after, () => Exit(deployment.Id));
        world.Tell(deployment.Id, new DeploymentInput.Answered(effect.Key, answer));
        if (answer is EffectAnswer.Failed or EffectAnswer.Serves)
            agenda.Add(world.Now + Again, () => Ask(deployment.Id));
    }

    /// <summary>Asks again for what is still wanted.</summary>
    private void Ask(DeploymentId id)
    {
        if (world.Snapshot.Deployments.TryGetValue(id, out var deployment))
            Reconcile(deployment);
    }

    private void Exit(DeploymentId id)
    {
        if (world.Snapshot.Deployments.TryGetValue(id, out var deployment))
            world.Tell(id, new DeploymentInput.CandidateExited(deployment.Exits, "exit code 1"));
    }

    private (TimeSpan, Func<EffectAnswer?>) Start(CandidateId candidate) => Version(candidate) is { } version
        ? (version.Starts, () => version.StartFails is { } why ? new EffectAnswer.Failed(why) : new EffectAnswer.Done())
        : (TimeSpan.FromSeconds(5), () => new EffectAnswer.Done());

    private (TimeSpan, Func<EffectAnswer?>) Route(DeploymentSpec deployment, Effect.ApplySplit apply)
    {
        var (lies, loses, fails) = (chance.Happens(spec.Router.Lies), chance.Happens(spec.Router.Loses), chance.Happens(spec.Router.Fails));
        return (spec.Router.Confirms, () =>
        {
            if (fails)
                return new EffectAnswer.Failed("the router refused");
            if (!lies && IsWanted(deployment.Id, apply.Key))
                _serves[deployment.Environment.Name] = apply.Split;
            return loses ? null : new EffectAnswer.Serves(Serves(deployment.Environment.Name));
        });
    }

    private bool IsWanted(DeploymentId id, string key) => world.Snapshot.Deployments.TryGetValue(id, out var deployment) && Rollout.Plan(deployment).Any(e => e.Key == key);

    private (TimeSpan, Func<EffectAnswer?>) Hook(Effect.RunHook run)
    {
        var hook = spec.Hooks.GetValueOrDefault(run.Hook.Name, new HookBehaviour(TimeSpan.FromSeconds(1), null));
        return (hook.Takes, () => hook.Fails is { } why ? new EffectAnswer.Failed(why) : new EffectAnswer.Done());
    }

    private SimulatedVersion? Version(CandidateId candidate) => spec.Versions.FirstOrDefault(v => v.Name == candidate);
}
