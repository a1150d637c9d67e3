using Slipway.Core.Deployments;
using Slipway.Core.Environments;
using Slipway.Core.Projects;
using Slipway.Core.Strategies;
using Slipway.Core.Traffic;
using static Slipway.Core.Tests.Environments.ProjectWorld;

namespace Slipway.Core.Tests.Environments;

public class DeploymentRequestsTests
{
    private static readonly Project Manual = ThreeStages(production: new PromotionPolicy.Manual());

    [Fact]
    public void WhatCannotBeDeployedIsRefusedWithWhatToDo()
    {
        ProjectWorld w = new(Manual);
        w.Create("1.0.0").SucceedAll().Create("2.0.0");
        Assert.Equal("SLIP0202", w.Deploy(Production, "9.9.9")?.Code);
        Assert.Equal("SLIP0306", w.Deploy(Production, "2.0.0")?.Code);
        Assert.Equal("SLIP0304", w.Deploy(Canary, "1.0.0")?.Code);
        Assert.Equal("SLIP0302", w.Flag("2.0.0").Deploy(Production, "2.0.0", force: true)?.Code);
        Assert.Equal("SLIP0307", w.RollBack(Production)?.Code);
    }

    [Fact]
    public void SkippingTheGraphNeedsAReason()
    {
        ProjectWorld w = new(Manual);
        w.Create("1.0.0");
        DeployRequest request = new(new("1.0.0"), "ana", " ", Force: true);
        Assert.Equal("SLIP0305", DeploymentRequests.Deploy(w.Snapshot, Production, request, w.Now).Refusal?.Code);
        Assert.NotNull(DeploymentRequests.Deploy(w.Snapshot, Production, request with { Reason = "urgent" }, w.Now).Spec);
    }

    [Fact]
    public void TheFirstDeploymentSkipsTheCanaryStepsButNoApproval()
    {
        ProjectWorld w = new(ThreeStages(production: new PromotionPolicy.Approved(["sre"], 2)));
        w.Create("1.0.0").Succeed(Dogfood).Succeed(Canary);
        Assert.Equal([typeof(ApproveStep), typeof(DeployStep), typeof(WeightStep)], w.Of(Production).Active!.Steps.Select(s => s.GetType()));
        Assert.Equal(Weight.Full, ((WeightStep)w.Of(Production).Active!.Steps[2]).Weight);
    }

    [Fact]
    public void ARollbackTakesArtifactAndRecipeBackAsOneAndAtOnce()
    {
        ProjectWorld w = new(Manual);
        w.Create("1.0.0").SucceedAll().Deploy(Production, "1.0.0");
        var first = w.SucceedAll().Of(Production).Stable;
        w.Create("2.0.0").SucceedAll().Deploy(Production, "2.0.0");
        Assert.Null(w.SucceedAll().RollBack(Production));
        var spec = w.Of(Production).Active!;
        Assert.Equal((first, DeploymentKind.Rollback), (spec.Candidate, spec.Kind));
        Assert.Equal([typeof(DeployStep), typeof(WeightStep)], spec.Steps.Select(s => s.GetType()));
    }

    [Fact]
    public void ARollbackToWhatNeverServedWellHereIsRefused()
    {
        ProjectWorld w = new(Manual);
        w.Create("1.0.0").SucceedAll().Create("2.0.0").SucceedAll().Deploy(Production, "2.0.0");
        w.SucceedAll();
        Assert.Equal("SLIP0307", w.RollBack(Production, "1.0.0")?.Code);
        Assert.Equal("SLIP0304", w.RollBack(Production, "2.0.0")?.Code);
        Assert.Equal("SLIP0302", w.Flag("1.0.0").RollBack(Canary, "1.0.0")?.Code);
    }
}
