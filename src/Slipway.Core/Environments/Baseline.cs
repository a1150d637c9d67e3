using Slipway.Core.Deployments;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Core.Traffic;

namespace Slipway.Core.Environments;

/// <summary>What a candidate is compared with while it is rolled out.</summary>
public static class Baseline
{
    /// <summary>
    /// Fresh instances of the stable version where there are any; else the stable side of the same environment as long as it gets traffic. An environment that has gone over entirely (a dogfood or
    /// canary slice) is compared with whoever serves the rest of the same users, unless that is the candidate itself.
    /// </summary>
    public static (EnvironmentKey Environment, CandidateId Version, InstanceRole Role)? Of(ProjectSnapshot snapshot, Deployment deployment)
    {
        var spec = deployment.Spec;
        if (deployment.Wanted is { Stable: { } stable } split && split.Weight < Weight.Full)
            return (spec.Environment, stable, split.Baseline > Weight.None ? InstanceRole.Baseline : InstanceRole.Serving);
        var rest = snapshot.Configuration.Environments.FirstOrDefault(e => e.Slice is Slice.Rest && e.Name != spec.Environment.Name);
        return spec.Slice is Slice.Audience or Slice.Percent && rest is not null
            && snapshot.Of(rest.Name).Stable?.Candidate is { } serving && serving != spec.Candidate.Candidate
            ? (snapshot.Configuration.Key(rest), serving, InstanceRole.Serving)
            : null;
    }
}
