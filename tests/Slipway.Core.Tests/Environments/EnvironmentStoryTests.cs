using Slipway.Core.Environments;
using Slipway.Core.Projects;
using static Slipway.Core.Tests.Environments.ProjectWorld;

namespace Slipway.Core.Tests.Environments;

public class EnvironmentStoryTests
{
    private static readonly Project Waiting = ThreeStages(TimeSpan.FromHours(1));

    [Fact]
    public void AnEnvironmentSaysWhyItIsAsItIsAndWhatWouldChangeThat()
    {
        ProjectWorld w = new(Waiting);
        Assert.Equal("nothing was deployed here yet", Why(w, Dogfood));
        w.Create("1.0.0");
        Assert.Equal("1.0.0 comes in by itself in 1h", Why(w, Dogfood));
        w.Act(Dogfood, new EnvironmentCommand.HoldPromotions("ana", "incident 12"));
        Assert.Equal("1.0.0 could come in, but promotions are held by ana: incident 12", Why(w, Dogfood));
        Assert.Contains("slipway unhold dogfood", Of(w, Dogfood).Next, StringComparison.Ordinal);
        Assert.Null(EnvironmentStory.ByItselfAt(w.Snapshot, w.Snapshot.Spec(Dogfood), w.Snapshot.Project.Candidates[0], w.Now));
        w.Deploy(Dogfood, "1.0.0");
        w.Succeed(Dogfood);
        Assert.Equal("1.0.0 serves; nothing newer is eligible", Why(w, Dogfood));
        w.Flag("1.0.0");
        Assert.Contains("no good candidate to go back to", Why(w, Dogfood), StringComparison.Ordinal);
    }

    [Fact]
    public void AnEnvironmentThatDoesNotApplySaysSo()
    {
        ProjectWorld w = new(Waiting with { Environments = [Waiting.Environments[0] with { NotApplicable = "no internal users" }, .. Waiting.Environments.Skip(1)] });
        Assert.Equal("not applicable: no internal users", Why(w, Dogfood));
    }

    [Fact]
    public void WhatWaitsSaysForWhat()
    {
        ProjectWorld w = new(ThreeStages(production: new PromotionPolicy.Manual()));
        w.Create("1.0.0").SucceedAll().Create("2.0.0").SucceedAll().Create("3.0.0").SucceedAll();
        w.Deploy(Production, "1.0.0");
        w.Succeed(Production);
        w.Deploy(Production, "2.0.0");
        w.Deploy(Production, "3.0.0");
        Assert.Equal(["3.0.0: shop.production.2 (2.0.0) is under way"], Queue(w));
        w.RollBack(Production, "1.0.0");
        w.Act(Production, new EnvironmentCommand.Deploy(new DeployRequest(new("3.0.0"), "bob") { Supersede = true }));
        Assert.Equal(["3.0.0: shop.production.2 (2.0.0) is taken back first"], Queue(w));
    }

    private static IEnumerable<string> Queue(ProjectWorld w) =>
        w.Of(Production).Queue.Select(q => $"{q.Request.Candidate}: {Waits.Why(w.Snapshot, w.Snapshot.Spec(Production), q, w.Now)}");

    private static string Why(ProjectWorld w, EnvironmentName name) => Of(w, name).Why;

    private static Core.Deployments.Story Of(ProjectWorld w, EnvironmentName name) => EnvironmentStory.Of(w.Snapshot, w.Snapshot.Spec(name), w.Now);
}
