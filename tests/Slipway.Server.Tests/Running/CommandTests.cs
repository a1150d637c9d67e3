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
