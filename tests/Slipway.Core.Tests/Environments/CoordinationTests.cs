using Slipway.Core.Deployments;
using Slipway.Core.Environments;
using Slipway.Core.Projects;
using Slipway.Core.Strategies;
using static Slipway.Core.Tests.Environments.ProjectWorld;

namespace Slipway.Core.Tests.Environments;

public class CoordinationTests
{
    private static readonly TimeSpan Bake = TimeSpan.FromMinutes(15);

    [Fact]
    public void ACandidateGoesThroughAllEnvironmentsByItself()
    {
        ProjectWorld w = new(ThreeStages(Bake));
        w.Create("1.0.0");
        Assert.Null(w.Of(Dogfood).Active);
        w.After(Bake).Succeed(Dogfood);
        Assert.Null(w.Of(Canary).Active);
        Assert.Equal(w.Now + Bake, Coordination.NextWake(w.Snapshot, w.Now));
        w.After(Bake).Succeed(Canary).After(Bake).Succeed(Production);
        Assert.Equal("1.0.0", w.Serving(Production));
        Assert.Null(Coordination.NextWake(w.Snapshot, w.Now));
    }

    [Fact]
    public void AManualEnvironmentWaitsForAPerson()
    {
        ProjectWorld w = new(ThreeStages(production: new PromotionPolicy.Manual()));
        w.Create("1.0.0").SucceedAll();
        Assert.Null(w.Serving(Production));
        Assert.Null(w.Deploy(Production, "1.0.0"));
        Assert.Equal("1.0.0", w.SucceedAll().Serving(Production));
    }

    [Fact]
    public void AnApprovedEnvironmentBeginsByItselfWithTheApproval()
    {
        ProjectWorld w = new(ThreeStages(production: new PromotionPolicy.Approved(["sre"], 1)));
        w.Create("1.0.0").Succeed(Dogfood).Succeed(Canary);
        Assert.IsType<ApproveStep>(w.Snapshot.Active(Production)!.Step);
    }

    [Fact]
    public void ABadCandidateIsFlaggedAndTakenBackEverywhere()
    {
        var w = Serving("1.0.0", "2.0.0");
        w.Create("3.0.0").Succeed(Dogfood).Succeed(Canary).Fail(Production, RollbackCause.Bad);
        Assert.True(w.Snapshot.Project.IsBad(new("3.0.0")));
        Assert.Equal("in production: errors", w.Snapshot.Project.Bad[new("3.0.0")].Why);
        w.SucceedAll();
        Assert.All([Dogfood, Canary, Production], e => Assert.Equal("2.0.0", w.Serving(e)));
    }

    [Fact]
    public void AFlaggedCandidateUnderWayIsStopped()
    {
        var w = Serving("1.0.0");
        w.Create("2.0.0").Succeed(Dogfood).Flag("2.0.0");
        Assert.Equal((Phase.RollingBack, RollbackCause.Bad), (w.Snapshot.Active(Canary)!.Phase, w.Snapshot.Active(Canary)!.Cause));
        w.SucceedAll();
        Assert.All([Dogfood, Canary, Production], e => Assert.Equal("1.0.0", w.Serving(e)));
    }

    [Fact]
    public void AFlaggedCandidateThatIsSettlingIsStopped()
    {
        var w = Serving("1.0.0").Create("2.0.0").Succeed(Dogfood);
        var settling = w.Snapshot.Active(Canary)! with { Phase = Phase.Settling };
        var flagged = w.Snapshot with
        {
            Project = Releases.ProjectState.Evolve(w.Snapshot.Project, new Releases.ProjectEvent.CandidateFlagged(new("2.0.0"), "bob", "loses orders", w.Now)),
            Deployments = w.Snapshot.Deployments.SetItem(settling.Spec.Id, settling),
        };
        Assert.Contains(Coordination.Intents(flagged, w.Now), i => i is Intent.Tell { Input: DeploymentInput.Condemned } tell && tell.Id == settling.Spec.Id);
    }

    [Fact]
    public void ABadVersionWithNothingToGoBackToIsReplacedByTheNextGoodOne()
    {
        var w = Serving("1.0.0").Flag("1.0.0");
        Assert.All([Dogfood, Canary, Production], e => Assert.Equal("1.0.0", w.Serving(e)));
        w.Create("1.0.1").SucceedAll();
        Assert.All([Dogfood, Canary, Production], e => Assert.Equal("1.0.1", w.Serving(e)));
    }

    [Fact]
    public void WhereFailuresPauseABadVersionStaysUntilAPersonActsButTheNextGoodOneComes()
    {
        ProjectWorld w = new(ThreeStages(onFail: OnFail.Pause));
        w.Create("1.0.0").SucceedAll().Create("2.0.0").SucceedAll().Flag("2.0.0");
        Assert.Equal("2.0.0", w.SucceedAll().Serving(Production));
        Assert.Equal("3.0.0", w.Create("3.0.0").SucceedAll().Serving(Production));
    }

    [Fact]
    public void WhatAPersonRolledBackDoesNotComeBackByItself()
    {
        var w = Serving("1.0.0", "2.0.0", "3.0.0");
        w.RollBack(Production, to: "1.0.0");
        Assert.Equal("1.0.0", w.SucceedAll().Serving(Production));
    }

    [Fact]
    public void WhatAPersonReplacedByAnOlderVersionDoesNotComeBackByItself()
    {
        var w = Serving("1.0.0", "2.0.0");
        w.Deploy(Production, "1.0.0");
        Assert.Equal("1.0.0", w.SucceedAll().Serving(Production));
    }

    [Fact]
    public void RollingBackTwiceGoesTwoVersionsBack()
    {
        var w = Serving("1.0.0", "2.0.0", "3.0.0");
        w.RollBack(Production);
        Assert.Equal("2.0.0", w.SucceedAll().Serving(Production));
        w.RollBack(Production);
        Assert.Equal("1.0.0", w.SucceedAll().Serving(Production));
        Assert.Equal("SLIP0307", w.RollBack(Production)?.Code);
    }

    [Fact]
    public void ARollbackWhoseTargetDoesNotStartGoesToTheOneBefore()
    {
        var w = Serving("1.0.0", "2.0.0", "3.0.0").Flag("3.0.0");
        w.Fail(Production, RollbackCause.Failed);
        Assert.Equal("1.0.0", w.SucceedAll().Serving(Production));
    }

    [Fact]
    public void AnAbortedCandidateIsNotTriedAgainByItself()
    {
        var w = Serving("1.0.0").Create("2.0.0").Succeed(Dogfood).Fail(Canary, RollbackCause.Aborted).After(TimeSpan.FromDays(1));
        Assert.False(w.Snapshot.Project.IsBad(new("2.0.0")));
        Assert.Equal(("1.0.0", null), (w.Serving(Canary), w.Of(Canary).Active));
        Assert.Null(w.Deploy(Canary, "2.0.0"));
    }

    [Fact]
    public void TheNewestOfSeveralComesIn()
    {
        ProjectWorld w = new(ThreeStages(Bake));
        w.Create("1.0.0").Create("2.0.0").After(Bake);
        Assert.Equal("2.0.0", w.Of(Dogfood).Active!.Candidate.Candidate.Value);
        w.SucceedAll().After(Bake);
        Assert.Equal("2.0.0", w.Serving(Dogfood));
    }

    private static ProjectWorld Serving(params string[] versions) => versions.Aggregate(new ProjectWorld(ThreeStages()), (w, v) => w.Create(v).SucceedAll());
}
