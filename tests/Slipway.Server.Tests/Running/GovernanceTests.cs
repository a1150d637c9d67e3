using Slipway.Api;

namespace Slipway.Server.Tests.Running;

/// <summary>Freezes, the stopped line and drift, over the API of a running server.</summary>
public class GovernanceTests
{
    private const string Freezes = """
        freezes:
          - { name: holidays, deny: { from: "2026-01-01T00:00", until: "2099-01-01T00:00", zone: Europe/Berlin }, tier: production, reason: nobody is at work }
        """;

    [Fact]
    public async Task AFreezeKeepsADeploymentWaitingUntilItIsTakenAwayOrOverridden()
    {
        await using var server = await RunningServer.StartAsync();
        await server.ApplyAsync(RunningServer.Yaml());
        await server.ReleaseAsync("1.0.0");
        await server.ActAsync("promote");
        await server.ServesAsync("1.0.0");
        Assert.Equal(["ada set the freeze window holidays for tier production"], (await server.Client.SetFreezesAsync(Freezes, "ada", dryRun: true, CancellationToken.None)).Changes);
        Assert.True((await server.ProductionAsync()).Window!.IsOpen);
        await server.Client.SetFreezesAsync(Freezes, "ada", dryRun: false, CancellationToken.None);
        Assert.Empty((await server.Client.SetFreezesAsync(Freezes, "ada", dryRun: false, CancellationToken.None)).Changes);
        Assert.Contains("nobody is at work", (await server.Client.GovernanceAsync(CancellationToken.None)).Environments.Single().Why, StringComparison.Ordinal);

        await server.ReleaseAsync("2.0.0");
        Assert.Contains("2.0.0 waits", (await server.ActAsync("deploy", new DeployActionRequest("2.0.0", "ada"))).Message, StringComparison.Ordinal);
        Assert.Equal("SLIP0305", (await RunningServer.RefusedAsync(400, () => server.ActAsync("deploy", new DeployActionRequest("2.0.0", "ada", OverrideFreeze: true)))).Code);
        await server.RestartAsync();
        Assert.False((await server.ProductionAsync()).Window!.IsOpen);
        await server.Client.SetFreezesAsync("freezes: []", "ada", dryRun: false, CancellationToken.None);
        await server.ServesAsync("2.0.0");
    }

    [Fact]
    public async Task AStoppedLineHoldsEverythingButTheWayBack()
    {
        await using var server = await RunningServer.StartAsync();
        await server.ApplyAsync(RunningServer.Yaml());
        foreach (var version in (string[])["1.0.0", "2.0.0"])
        {
            await server.ReleaseAsync(version);
            await server.ActAsync("promote");
            await server.ServesAsync(version);
        }

        await server.Client.StopLineAsync(new LineRequest("bob", "outage at the provider"), CancellationToken.None);
        await server.ReleaseAsync("3.0.0");
        Assert.Contains("outage at the provider", (await server.ActAsync("promote")).Message, StringComparison.Ordinal);
        await server.ActAsync("rollback", new RollbackRequest("ada", "customers complain"));
        await server.ServesAsync("1.0.0");
        Assert.Equal("SLIP0314", (await RunningServer.RefusedAsync(409, () => server.Client.ReleaseLineAsync(new LineRequest("bob", Tier: "staging"), CancellationToken.None))).Code);
        Assert.Empty((await server.Client.ReleaseLineAsync(new LineRequest("bob"), CancellationToken.None)).Stops);
        await server.ServesAsync("3.0.0");
    }

    [Fact]
    public async Task WhereNothingDriftedThereIsNothingToAccept()
    {
        await using var server = await RunningServer.StartAsync();
        await server.ApplyAsync(RunningServer.Yaml());
        await server.ReleaseAsync("1.0.0");
        await server.ActAsync("promote");
        await server.ServesAsync("1.0.0");
        Assert.Equal("SLIP0313", (await RunningServer.RefusedAsync(409, () => server.Client.DriftAsync("shop", "production", new ActionRequest("ada"), accept: true, CancellationToken.None))).Code);
        Assert.Equal("production is served as it should be", (await server.Client.DriftAsync("shop", "production", new ActionRequest("ada"), accept: false, CancellationToken.None)).Message);
    }
}
