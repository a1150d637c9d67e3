using System.Collections.Immutable;
using Slipway.Core.Deployments;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Core.Traffic;

namespace Slipway.Core.Environments;

/// <summary>What was seen in an environment, as opposed to what was asked for.</summary>
/// <param name="Serves">What the data planes really serve, read back; null: nobody knows.</param>
/// <param name="Running">Versions with an instance that is ready.</param>
public sealed record Observation(TrafficSplit? Serves, ImmutableArray<CandidateId> Running);

/// <summary>Where what is observed differs from what is wanted, in words. While a deployment changes the traffic nothing is said of it: it is being put right.</summary>
public static class Drift
{
    public static ImmutableArray<string> Of(ProjectSnapshot snapshot, EnvironmentName name, Observation seen, DateTimeOffset now)
    {
        var said = ImmutableArray.CreateBuilder<string>();
        if (Expected(snapshot, name) is { } wanted && seen.Serves is { } serves && serves != wanted)
            said.Add($"the router serves {Words(serves)} where {Words(wanted)} is wanted");
        var shouldRun = WantedInstances.Of(snapshot, name, now).Select(w => w.Workload.Candidate).Distinct().ToList();
        if (snapshot.Of(name).Stable is { } stable && !seen.Running.Contains(stable.Candidate))
            said.Add($"{stable.Candidate} should be running and is not");
        said.AddRange(seen.Running.Where(v => !shouldRun.Contains(v)).Select(v => $"{v} is running and nobody wants it"));
        return said.ToImmutable();
    }

    /// <summary>The version that is observed to serve everyone although another one should; null when that is not so.</summary>
    public static CandidateId? Acceptable(ProjectSnapshot snapshot, EnvironmentName name, Observation seen) =>
        snapshot.Of(name).Active is null && seen.Serves is { Candidate: null, Stable: { } serving } && serving != snapshot.Of(name).Stable?.Candidate ? serving : null;

    /// <summary>What should be served now; null while that is being changed.</summary>
    private static TrafficSplit? Expected(ProjectSnapshot snapshot, EnvironmentName name) => snapshot.Of(name).Active is null
        ? TrafficSplit.Only(snapshot.Of(name).Stable?.Candidate)
        : snapshot.Active(name)?.Confirmed;

    private static string Words(TrafficSplit split) => split switch
    {
        { Candidate: null, Stable: null } => "nothing",
        { Candidate: null } => $"{split.Stable} to everyone",
        _ => $"{split.Weight} on {split.Candidate}",
    };
}
