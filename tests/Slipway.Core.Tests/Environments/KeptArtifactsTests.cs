using System.Collections.Immutable;
using Slipway.Core.Environments;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using static Slipway.Core.Tests.Deployments.Given;

namespace Slipway.Core.Tests.Environments;

public class KeptArtifactsTests
{
    /// <summary>Forty candidates, one a day; the newest was made at noon.</summary>
    private static readonly ImmutableArray<Candidate> Candidates =
        [.. Enumerable.Range(1, 40).Select(i => new Candidate(new CandidateId($"1.0.{i}"), i, Version($"1.0.{i}").Artifact, null, "ci", Noon.AddDays(i - 40)))];

    [Fact]
    public void WhatServesMayComeBackOrWaitsIsKeptAndTheNewest()
    {
        var kept = Kept(TimeSpan.Zero, new EnvironmentState
        {
            Stable = Version("1.0.9"),
            Good = [Version("1.0.1"), Version("1.0.2"), Version("1.0.4"), Version("1.0.9")],
            FailedHere = [new CandidateId("1.0.4")],
            Queue = [new QueuedDeployment(1, false, new DeployRequest(new CandidateId("1.0.7"), "ana"), Noon)],
        });

        Assert.Equal(Digests([2, 7, 9, .. Enumerable.Range(31, 10)]), kept.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void WhatMayComeBackWithoutItsStepsIsKept() =>
        Assert.Equal(Digests([1, 2, 4, 9, .. Enumerable.Range(31, 10)]), Kept(TimeSpan.Zero, new EnvironmentState
        {
            Stable = Version("1.0.9"), Good = [Version("1.0.1"), Version("1.0.2"), Version("1.0.4"), Version("1.0.9")],
        }, new RollbackPolicy { WindowRevisions = 3 }).Order(StringComparer.Ordinal));

    [Fact]
    public void WhatIsYoungIsKept() => Assert.Equal(Digests(Enumerable.Range(21, 20)), Kept(TimeSpan.FromDays(20), EnvironmentState.Empty).Order(StringComparer.Ordinal));

    private static IEnumerable<string> Digests(IEnumerable<int> numbers) => numbers.Select(i => Version($"1.0.{i}").Artifact.Digest!).Order(StringComparer.Ordinal);

    private static ImmutableHashSet<string> Kept(TimeSpan keep, EnvironmentState production, RollbackPolicy? rollback = null)
    {
        var project = ProjectWorld.ThreeStages();
        project = project with { Environments = [.. project.Environments.Select(e => e with { Rollback = rollback ?? e.Rollback })] };
        ProjectSnapshot snapshot = new(new ProjectState { Project = project, Candidates = Candidates },
            ImmutableDictionary<EnvironmentName, EnvironmentState>.Empty.Add(ProjectWorld.Production, production), ImmutableDictionary<Core.Deployments.DeploymentId, Core.Deployments.Deployment>.Empty);
        return KeptArtifacts.Of(snapshot, keep, Noon);
    }
}
