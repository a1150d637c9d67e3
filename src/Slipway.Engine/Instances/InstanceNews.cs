using Slipway.Core.Deployments;
using Slipway.Engine.Ports;

namespace Slipway.Engine.Instances;

/// <summary>What a deployment has to hear of its instances that no answer to an effect tells it. Looks at states only, and may be asked again.</summary>
internal static class InstanceNews
{
    /// <param name="deployment">As it was before the lists were asked for: what it counts and is not listed has gone since.</param>
    /// <param name="candidate">Null when none is listed.</param>
    /// <param name="stable">Null when none is listed.</param>
    /// <param name="usableCandidates">Instances of the candidate that users may be sent to.</param>
    /// <param name="usableStables">Instances of the stable version that users may be sent to.</param>
    public static IEnumerable<DeploymentInput> Of(Deployment deployment, InstanceStatus? candidate, InstanceStatus? stable, int usableCandidates, int usableStables)
    {
        for (var exit = 0; exit < Exits(deployment, candidate); exit++)
            yield return new DeploymentInput.CandidateExited(deployment.Exits + exit, candidate?.Detail ?? "it is no longer running");
        if (candidate is null && deployment is { CandidateWanted: true, CandidateReady: true })
            yield return new DeploymentInput.InstancesReady(deployment.Spec.Candidate.Candidate, 0);
        if (Rollout.Plan(deployment).OfType<Effect.StartCandidate>().FirstOrDefault() is { } start && usableCandidates > deployment.CandidateInstances && usableCandidates < start.Instances)
            yield return new DeploymentInput.InstancesReady(deployment.Spec.Candidate.Candidate, usableCandidates);
        if (deployment is { IsEnded: false, Spec.Stable: { } version, StableInstances: { } known } && Stables(deployment, known, stable?.Instances ?? 0, usableStables) is { } count)
            yield return new DeploymentInput.InstancesReady(version.Candidate, count);
    }

    /// <summary>
    /// What exited by itself is listed; what is not listed at all was stopped by somebody's request, and is started again. Each exit is told
    /// by the number of those before it, so that none counts twice. Instances that were stopped on purpose are not counted any more by then;
    /// one that only failed to start never was.
    /// </summary>
    private static int Exits(Deployment deployment, InstanceStatus? candidate) => (deployment, candidate) switch
    {
        ({ CandidateWanted: false }, _) => 0,
        (_, null) => 0,
        (_, { Condition: InstanceCondition.Exited }) => deployment.CandidateInstances,
        (_, { } some) => Math.Min(deployment.CandidateInstances - some.Instances, some.Exited),
    };

    /// <summary>Fewer than it counts on, or more while it waits for more. The last of those it waits for is told by the answer to its effect.</summary>
    private static int? Stables(Deployment deployment, int known, int ready, int usable) =>
        ready < known ? ready : usable > known && usable < deployment.WantedStables ? usable : null;
}
