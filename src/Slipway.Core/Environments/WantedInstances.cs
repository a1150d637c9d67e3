using Slipway.Core.Deployments;
using Slipway.Core.Projects;
using Slipway.Core.Releases;

namespace Slipway.Core.Environments;

/// <summary>Which versions should be running in an environment. Whatever else runs there is nobody's and is stopped.</summary>
public static class WantedInstances
{
    /// <summary>What serves, what comes in, and what may have to come back; no version twice.</summary>
    public static IEnumerable<Workload> Of(ProjectSnapshot snapshot, EnvironmentName name)
    {
        var state = snapshot.Of(name);
        return new[] { state.Stable, state.Active is { } active && KeepsCandidate(snapshot.Active(name)) ? active.Candidate : null }
            .OfType<Workload>()
            .DistinctBy(w => w.Candidate);
    }

    /// <summary>On the way back the candidate stays until nobody is sent to it any more. As long as nothing is known of its deployment it stays too.</summary>
    private static bool KeepsCandidate(Deployment? deployment) => deployment switch
    {
        null => true,
        { Phase: Phase.RollingBack or Phase.Succeeded } => true,
        _ => deployment.CandidateWanted,
    };
}
