using Slipway.Core.Deployments;
using Slipway.Core.Projects;
using Slipway.Core.Releases;

namespace Slipway.Core.Environments;

/// <summary>So many instances of a version, and what for.</summary>
public sealed record WantedInstance(Workload Workload, InstanceRole Role, int Instances);

/// <summary>Which versions should be running in an environment. Whatever else runs there is nobody's and is stopped.</summary>
public static class WantedInstances
{
    /// <summary>
    /// What serves, what comes in, what it is compared with, and what may have to come back; no version twice in a role. Of both sides of a
    /// rollout as many as it counts on: none may go before it knows that it has fewer.
    /// </summary>
    public static IEnumerable<WantedInstance> Of(ProjectSnapshot snapshot, EnvironmentName name, DateTimeOffset now)
    {
        var state = snapshot.Of(name);
        var deployment = snapshot.Active(name);
        var all = snapshot.Configuration.Find(name)?.Deploy.Instances ?? 1;
        return Sides(snapshot, state, deployment, name, all, now).DistinctBy(w => (w.Workload.Candidate, w.Role));
    }

    private static IEnumerable<WantedInstance> Sides(ProjectSnapshot snapshot, EnvironmentState state, Deployment? deployment, EnvironmentName name, int all, DateTimeOffset now)
    {
        if (state.Stable is { } stable)
        {
            yield return new(stable, InstanceRole.Serving, deployment is { IsEnded: false } ? Math.Max(deployment.WantedStables, deployment.StableInstances ?? deployment.Total) : all);
            if (deployment is { WantedBaselines: > 0 and var fresh })
                yield return new(stable, InstanceRole.Baseline, fresh);
        }

        if (state.Active is { } active && KeepsCandidate(deployment))
            yield return new(active.Candidate, InstanceRole.Serving, deployment is null ? all : Math.Max(1, Math.Max(deployment.WantedCandidates, deployment.CandidateInstances)));
        if (Warm(snapshot, state, name, now) is { } warm)
            yield return new(warm, InstanceRole.Serving, all);
    }

    /// <summary>On the way back the candidate stays until nobody is sent to it any more. As long as nothing is known of its deployment it stays too.</summary>
    private static bool KeepsCandidate(Deployment? deployment) => deployment switch
    {
        null => true,
        { Phase: Phase.RollingBack or Phase.Succeeded } => true,
        _ => deployment.CandidateWanted,
    };

    /// <summary>What served before, for as long as the way back shall be one router write.</summary>
    private static Workload? Warm(ProjectSnapshot snapshot, EnvironmentState state, EnvironmentName name, DateTimeOffset now) =>
        snapshot.Configuration.Find(name) is { Rollback.KeepWarm: var time } && time > TimeSpan.Zero
        && state.LastGood(snapshot.Project) is { } last && state.ReplacedAt.TryGetValue(last.Candidate, out var replaced) && now < replaced + time
            ? last
            : null;
}
