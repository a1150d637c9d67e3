using Slipway.Core.Deployments;
using Slipway.Core.Environments;
using static Slipway.Core.Tests.Environments.ProjectWorld;

namespace Slipway.Core.Tests.Environments;

public class BaselineTests
{
    private static readonly ProjectWorld Busy = new ProjectWorld(ThreeStages()).Create("1.0.0").SucceedAll().Create("2.0.0");

    [Fact]
    public void TheStableSideIsTheBaselineWhileItGetsTraffic() => Assert.Equal((Dogfood, "1.0.0"), Of(Active() with { CandidateInstances = 1, StepIndex = 1 }));

    [Fact]
    public void ASliceThatHasGoneOverIsComparedWithTheRestOfTheUsers() => Assert.Equal((Production, "1.0.0"), Of(Active() with { CandidateInstances = 1, StepIndex = 2 }));

    [Fact]
    public void ACandidateIsNeverComparedWithItself()
    {
        var deployment = Active() with { CandidateInstances = 1, StepIndex = 2 };
        deployment = deployment with { Spec = deployment.Spec with { Candidate = deployment.Spec.Candidate with { Candidate = new("1.0.0") } } };
        Assert.Null(Of(deployment));
    }

    [Fact]
    public void TheRestHasNobodyElseToBeComparedWith()
    {
        var w = new ProjectWorld(ThreeStages()).Create("1.0.0").SucceedAll().Create("2.0.0").Succeed(Dogfood).Succeed(Canary);
        Assert.Null(Baseline.Of(w.Snapshot, w.Snapshot.Active(Production)! with { CandidateInstances = 1, StepIndex = 2 }));
    }

    [Fact]
    public void FreshInstancesAreTheBaselineWhileTheyServe()
    {
        var deployment = Active() with { CandidateInstances = 1, BaselineInstances = 1, StepIndex = 2 };
        deployment = deployment with { Spec = deployment.Spec with { Steps = [new Core.Strategies.DeployStep(), new Core.Strategies.BaselineStep(), Deployments.Given.Percent(10)] } };
        Assert.Equal(Releases.InstanceRole.Baseline, Baseline.Of(Busy.Snapshot, deployment)?.Role);
        Assert.Equal(Releases.InstanceRole.Serving, Baseline.Of(Busy.Snapshot, deployment with { BaselineInstances = 0 })?.Role);
    }

    private static Deployment Active() => Busy.Snapshot.Active(Dogfood)!;

    private static (Projects.EnvironmentName, string)? Of(Deployment deployment) =>
        Baseline.Of(Busy.Snapshot, deployment) is var (environment, version, _) ? (environment.Name, version.Value) : null;
}
