using Slipway.Api;
using Slipway.Testing;

namespace Slipway.Server.Tests.Running;

public class CommandTests
{
    private static readonly string[] Waiting = ["strategy: [{ weight: 20% }, { approve: { by: [ada, bob], count: 1 } }, { weight: 100% }]"];

    [Fact]
    public async Task WithNothingUnderWayThereIsNothingToCommand()
    {
        await using var server = await RunningServer.StartAsync();
        await server.ApplyAsync(RunningServer.Yaml(Waiting));

        foreach (var verb in (string[])["pause", "resume", "approve", "reject"])
            Assert.Equal("SLIP0308", (await RunningServer.RefusedAsync(409, () => server.ActAsync(verb))).Code);
        Assert.Equal("SLIP0309", (await RunningServer.RefusedAsync(409, () => server.ActAsync("promote"))).Code);
        Assert.Equal("SLIP0307", (await RunningServer.RefusedAsync(409, () => server.ActAsync("rollback", new RollbackRequest("ada")))).Code);
        Assert.Equal("SLIP0312", (await RunningServer.RefusedAsync(409, () => server.ActAsync("retry"))).Code);
        Assert.Equal("SLIP0207", (await RunningServer.RefusedAsync(400, () => server.ActAsync("pause", new ActionRequest("")))).Code);
        Assert.Equal("nothing is under way, there is nothing to abort", (await server.ActAsync("abort")).Message);
    }

    [Fact]
    public async Task ARolloutIsPausedResumedApprovedAndRolledBackByCommand()
    {
        await using var server = await RunningServer.StartAsync();
        await server.ApplyAsync(RunningServer.Yaml(Waiting));
        await server.ReleaseAsync("1.0.0");
        await server.ActAsync("promote");
        await ApprovedAsync(server);
        await server.ServesAsync("1.0.0");
        await server.ReleaseAsync("1.1.0");
        await server.ActAsync("promote");
        await AtAsync(server, 20);

        Assert.Equal("1.1.0 is on its way already as shop.production.2", (await server.ActAsync("deploy", new DeployActionRequest("1.1.0", "ada"))).Message);
        Assert.True((await server.ActAsync("pause")).Deployment!.Paused);
        Assert.True((await server.ActAsync("pause")).Deployment!.Paused);
        Assert.Equal("SLIP0301", (await RunningServer.RefusedAsync(409, () => server.ActAsync("promote"))).Code);
        Assert.False((await server.ActAsync("resume")).Deployment!.Paused);
        Assert.Equal("SLIP0301", (await RunningServer.RefusedAsync(409, () => server.ActAsync("approve", new ActionRequest("mallory")))).Code);
        await server.ActAsync("approve");
        await server.ServesAsync("1.1.0");

        var back = await server.ActAsync("rollback", new RollbackRequest("ada", "customers complain"));
        await server.ServesAsync("1.0.0");
        Assert.Equal("rollback", back.Deployment!.Kind);
        Assert.Equal("1.0.0", await server.AnswersAsync());
        Assert.Equal("SLIP0307", (await RunningServer.RefusedAsync(409, () => server.ActAsync("rollback", new RollbackRequest("ada", null, "3.0.0")))).Code);
    }

    [Fact]
    public async Task ADryRunSaysWhatWouldHappenAndDoesNothing()
    {
        await using var server = await RunningServer.StartAsync();
        await server.ApplyAsync(RunningServer.Yaml("strategy: [{ weight: 20% }, pause, { weight: 100% }]"));
        await server.ReleaseAsync("1.0.0");
        var would = await server.AskAsync("promote", new PromoteRequest("ada"));
        Assert.Equal(("1.0.0 begins its way into production as shop.production.1", true, true, null), (would.Message, would.DryRun, would.DoesSomething, would.Deployment));
        Assert.Null((await server.ProductionAsync()).Deployment);
        Assert.Equal("SLIP0308", (await RunningServer.RefusedAsync(409, () => server.AskAsync("pause", new ActionRequest("ada")))).Code);
    }

    [Fact]
    public async Task EveryCommandIsOfferedWithWhatItWouldDoNow()
    {
        await using var server = await RunningServer.StartAsync();
        await server.ApplyAsync(RunningServer.Yaml(Waiting));
        await server.ReleaseAsync("1.0.0");

        var offers = await server.Client.ActionsAsync("shop", "production", "ada", CancellationToken.None);
        Assert.Equal(["slipway promote production", "slipway promote production --full", "slipway deploy production 1.0.0", "slipway hold production"], offers.Where(o => o.Does == "something").Select(o => o.Typed));
        Assert.Equal("1.0.0", offers.Single(o => o.Verb == "deploy").Arguments.Candidate);
        Assert.All(offers, o => Assert.NotEmpty(o.Does == "refused" ? o.Remedy! : o.Says));
        Assert.Equal("SLIP0204", (await RunningServer.RefusedAsync(404, () => server.Client.ActionsAsync("shop", "nowhere", "ada", CancellationToken.None))).Code);
    }

    [Fact]
    public async Task WhatWaitsIsShownWithWhoAskedAndWhyUntilItIsCancelled()
    {
        await using var server = await RunningServer.PausedAsync();
        await server.ReleaseAsync("1.2.0");

        var asked = await server.ActAsync("deploy", new DeployActionRequest("1.2.0", "bob", "the fix"));
        Assert.Equal(("1.2.0", "bob", "shop.production.2 (1.1.0) is under way"), (asked.Queued!.Candidate, asked.Queued.By, asked.Queued.Why));
        Assert.False((await server.ActAsync("deploy", new DeployActionRequest("1.2.0", "bob", "the fix"))).DoesSomething);
        var waits = Assert.Single((await server.ProductionAsync()).Queue);
        Assert.Equal(("1.2.0", "forward", "bob", "the fix"), (waits.Candidate, waits.Kind, waits.By, waits.Reason));
        Assert.Contains("1.2.0 waits, asked for by bob (the fix): shop.production.2 (1.1.0) is under way", (await server.Client.ExplainAsync("shop", "production", CancellationToken.None)).Why);
        await server.ActAsync("cancel", new CancelRequest("bob"));
        Assert.Empty((await server.ProductionAsync()).Queue);
    }

    [Fact]
    public async Task ADeploymentTellsWhoStoppedItWhatItHeardAndHowItEnded()
    {
        await using var server = await RunningServer.PausedAsync();

        await server.ActAsync("signal", new SignalRequest("qa", true, "ci"));
        var paused = (await server.ProductionAsync()).Deployment!;
        Assert.Equal((true, true, "slipway"), (paused.Paused, paused.AsksPerson, paused.PausedBy));
        Assert.Equal(new SignalStatus("qa", true, "ci", null), Assert.Single(paused.Signals));
        Assert.Equal((1, 1), (paused.Instances.CandidateReady, paused.Instances.CandidateWanted));
        await server.ActAsync("promote", new PromoteRequest("ada", Full: true));
        await server.ServesAsync("1.1.0");
        Assert.Equal("fastPromoted", (await server.Client.DeploymentAsync("shop.production.2", CancellationToken.None)).Outcome);
    }

    [Fact]
    public async Task AHoldIsShownWithWhoAndWhyUntilItIsReleased()
    {
        await using var server = await RunningServer.StartAsync();
        await server.ApplyAsync(RunningServer.Yaml("promote: automatic"));
        await server.ActAsync("hold", new ActionRequest("ada", "incident 12"));
        await server.ReleaseAsync("1.0.0");

        var held = await server.ProductionAsync();
        Assert.Equal(("ada", "incident 12"), (held.Hold!.By, held.Hold.Why));
        Assert.Equal("1.0.0 could come in, but promotions are held by ada: incident 12", held.Why);
        Assert.True(held.Window.IsOpen);
        await server.ActAsync("unhold");
        await server.ServesAsync("1.0.0");
    }

    [Theory]
    [InlineData("abort")]
    [InlineData("rollback")]
    public async Task WhatComesInIsTakenOutAndNothingIsSaidAboutIt(string verb)
    {
        await using var server = await RunningServer.StartAsync();
        await server.ApplyAsync(RunningServer.Yaml(Waiting));
        await server.ReleaseAsync("1.0.0");
        await server.ActAsync("promote");
        await ApprovedAsync(server);
        await server.ServesAsync("1.0.0");
        await server.ReleaseAsync("1.1.0");
        await server.ActAsync("promote");
        await AtAsync(server, 20);

        await server.ActAsync(verb);
        await server.ServesAsync("1.0.0");

        var ended = await server.Client.DeploymentAsync("shop.production.2", CancellationToken.None);
        Assert.Equal(("rolledBack", "aborted"), (ended.Phase, ended.Cause));
        Assert.Null((await server.Client.ReleaseAsync("shop", "1.1.0", CancellationToken.None)).Bad);
        await server.ActAsync("deploy", new DeployActionRequest("1.1.0", "ada"));
        await AtAsync(server, 20);
    }

    private static async Task ApprovedAsync(RunningServer server)
    {
        await Eventually.IsAsync("it waits for an approval", async () => (await server.ProductionAsync()).Deployment is { } d && d.Steps[d.Step].Contains("approv", StringComparison.OrdinalIgnoreCase));
        await server.ActAsync("approve");
    }

    private static Task AtAsync(RunningServer server, decimal percent) =>
        Eventually.IsAsync($"{percent} % is confirmed", async () =>
            (await server.ProductionAsync()).Deployment is { } d && d.ConfirmedPercent == percent && d.Steps[d.Step].Contains("approv", StringComparison.OrdinalIgnoreCase));
}
