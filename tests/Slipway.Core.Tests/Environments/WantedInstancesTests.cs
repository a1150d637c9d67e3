using System.Collections.Immutable;
using Slipway.Core.Deployments;
using Slipway.Core.Environments;
using Slipway.Core.Projects;
using static Slipway.Core.Tests.Environments.ProjectWorld;

namespace Slipway.Core.Tests.Environments;

public class WantedInstancesTests
{
    private static readonly ProjectWorld Busy = new ProjectWorld(ThreeStages()).Create("1.0.0").SucceedAll().Create("2.0.0");

    [Fact]
    public void BothSidesAreWantedDuringARollout() => Assert.Equal(["1.0.0", "2.0.0"], Wanted(Busy.Snapshot));

    [Fact]
    public void TheCandidateIsNotWantedBeforeItsApproval()
    {
        var w = new ProjectWorld(ThreeStages(production: new PromotionPolicy.Approved([], 1))).Create("1.0.0").Succeed(Dogfood).Succeed(Canary);
        Assert.Empty(WantedInstances.Of(w.Snapshot, Production, w.Now));
    }

    [Theory]
    [InlineData(Phase.Settling, true)]
    [InlineData(Phase.RollingBack, true)]
    [InlineData(Phase.Succeeded, true)]
    [InlineData(Phase.RolledBack, false)]
    public void TheCandidateStaysUntilNobodyIsSentToIt(Phase phase, bool stays)
    {
        var deployment = Busy.Snapshot.Active(Dogfood)! with { Phase = phase };
        Assert.Equal(stays ? ["1.0.0", "2.0.0"] : ["1.0.0"], Wanted(Busy.Snapshot with { Deployments = Busy.Snapshot.Deployments.SetItem(deployment.Spec.Id, deployment) }));
    }

    [Fact]
    public void ACandidateWhoseDeploymentIsNotKnownYetIsKept() =>
        Assert.Equal(["1.0.0", "2.0.0"], Wanted(Busy.Snapshot with { Deployments = ImmutableDictionary<DeploymentId, Deployment>.Empty }));

    [Fact]
    public void AVersionIsNamedOnce() => Assert.Equal(["1.0.0"], WantedInstances.Of(Busy.Snapshot, Canary, Busy.Now).Select(w => w.Workload.Candidate.Value));

    private static IEnumerable<string> Wanted(ProjectSnapshot snapshot) => WantedInstances.Of(snapshot, Dogfood, Busy.Now).Select(w => w.Workload.Candidate.Value);
}
