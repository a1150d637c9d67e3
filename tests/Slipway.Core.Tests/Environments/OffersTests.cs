using Slipway.Core.Environments;
using Slipway.Core.Projects;
using static Slipway.Core.Tests.Environments.ProjectWorld;

namespace Slipway.Core.Tests.Environments;

public class OffersTests
{
    [Fact]
    public void WhatDoesSomethingNowFollowsTheState()
    {
        ProjectWorld w = new(ThreeStages(production: new PromotionPolicy.Manual()));
        Assert.Equal(["hold"], Does(w));
        w.Create("1.0.0").SucceedAll();
        Assert.Equal(["promote", "promote --full", "deploy 1.0.0", "hold"], Does(w));
        w.Deploy(Production, "1.0.0");
        w.Succeed(Production);
        w.Create("2.0.0").SucceedAll();
        w.Deploy(Production, "2.0.0");
        Assert.Equal(["promote", "promote --full", "pause", "abort", "rollback", "hold"], Does(w));
        w.Create("3.0.0").Succeed(Dogfood).Succeed(Canary);
        Assert.Equal(["promote", "promote --full", "pause", "abort", "rollback", "deploy 3.0.0", "deploy 3.0.0 --supersede", "hold"], Does(w));
        w.Succeed(Production).Deploy(Production, "3.0.0");
        w.Succeed(Production);
        Assert.Equal(["rollback", "rollback --to 1.0.0", "hold"], Does(w));
    }

    [Fact]
    public void EveryCommandIsAnsweredWithWhatItDoesOrWhyNotAndWhatToDo()
    {
        var w = new ProjectWorld(ThreeStages()).Create("1.0.0");
        foreach (var name in (EnvironmentName[])[Dogfood, Canary, Production])
            Assert.All(Offers.Of(w.Snapshot, name, "ana", w.Now), o => Assert.NotEmpty(o.Outcome.Refusal is { } refusal ? refusal.Remedy : o.Outcome.Said));
    }

    private static IEnumerable<string> Does(ProjectWorld w) =>
        Offers.Of(w.Snapshot, Production, "ana", w.Now).Where(o => o.Outcome is { Refusal: null, DoesSomething: true }).Select(o => o.Typed.Replace("slipway ", "").Replace(" production", ""));
}
