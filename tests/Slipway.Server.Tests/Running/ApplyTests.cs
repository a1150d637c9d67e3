using Slipway.Api;

namespace Slipway.Server.Tests.Running;

public class ApplyTests
{
    [Fact]
    public async Task ABadDocumentIsRefusedWithAllThatIsWrongAndAppliesNothing()
    {
        await using var server = await RunningServer.StartAsync();
        const string Bad = """
            project: Shop!
            environments:
              - name: canary
                colour: red
                bake: soon
                deploy: { process: { command: ./shop } }
            """;

        var problem = (await Assert.ThrowsAsync<SlipwayApiException>(() => server.ApplyAsync(Bad))).Problem;

        Assert.Equal(400, problem.Status);
        Assert.Equal(["SLIP0108", "SLIP0101", "SLIP0106"], problem.Problems.Select(p => p.Code));
        Assert.All(problem.Problems, p => Assert.StartsWith("slipway.yaml:", p.Place, StringComparison.Ordinal));
        Assert.Empty((await server.Client.StatusAsync(CancellationToken.None)).Projects);
        Assert.Empty(await server.Client.EventsAsync(0, CancellationToken.None));
    }

    [Fact]
    public async Task ADryRunTellsTheChangesAndMakesNone()
    {
        await using var server = await RunningServer.StartAsync();

        var would = await server.Client.ApplyAsync(RunningServer.Yaml(), "slipway.yaml", "ada", dryRun: true, CancellationToken.None);

        Assert.False(would.Applied);
        Assert.NotEmpty(would.Changes);
        Assert.Empty(await server.Client.EventsAsync(0, CancellationToken.None));
        var did = await server.ApplyAsync(RunningServer.Yaml());
        Assert.True(did.Applied);
        Assert.Equal(would.Changes, did.Changes);
    }

    [Fact]
    public async Task ApplyingTheSameAgainChangesNothing()
    {
        await using var server = await RunningServer.StartAsync();
        await server.ApplyAsync(RunningServer.Yaml());
        var events = await server.Client.EventsAsync(0, CancellationToken.None);

        Assert.Empty((await server.ApplyAsync(RunningServer.Yaml())).Changes);

        Assert.Equal(events.Count, (await server.Client.EventsAsync(0, CancellationToken.None)).Count);
    }

    [Fact]
    public async Task NobodyAppliesWithoutAName()
    {
        await using var server = await RunningServer.StartAsync();

        var refused = await RunningServer.RefusedAsync(400, () => server.Client.ApplyAsync(RunningServer.Yaml(), "slipway.yaml", " ", dryRun: false, CancellationToken.None));

        Assert.Equal(("SLIP0207", "by"), (refused.Code, refused.Place));
    }
}
