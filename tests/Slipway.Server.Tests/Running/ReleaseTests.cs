using System.Net;
using System.Net.Http.Json;
using Slipway.Api;
using Slipway.Testing;

namespace Slipway.Server.Tests.Running;

public class ReleaseTests
{
    [Fact]
    public async Task AnUploadedArchiveGoesToAnEnvironmentAndTheGatewayServesIt()
    {
        await using var server = await RunningServer.StartAsync();
        await server.ApplyAsync(RunningServer.Yaml());

        var release = await server.ReleaseAsync("1.0.0");
        var begun = await server.ActAsync("promote");
        await server.ServesAsync("1.0.0");

        Assert.StartsWith("sha256:", release.Digest, StringComparison.Ordinal);
        Assert.Equal("shop.production.1", begun.Deployment!.Id);
        Assert.Equal("1.0.0", await server.AnswersAsync());
        var now = await server.ProductionAsync();
        Assert.Equal("1.0.0", now.Wanted);
        Assert.Equal(["1.0.0"], now.Observed);
        Assert.Equal("succeeded", (await server.Client.DeploymentAsync("shop.production.1", CancellationToken.None)).Phase);
        var metrics = (await server.Stranger.GetStringAsync("metrics")).Split('\n');
        Assert.Contains(metrics, m => m.StartsWith("slipway_deployments_ended_total{", StringComparison.Ordinal) && m.Contains("how=\"succeeded\"", StringComparison.Ordinal));
        Assert.Single(metrics, m => m.StartsWith("slipway_environment_ready{", StringComparison.Ordinal) && m.Contains("version=\"1.0.0\"", StringComparison.Ordinal) && m.Contains("} 1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task TheNextServerOnTheSameDataServesTheSame()
    {
        await using var server = await RunningServer.StartAsync();
        await server.ApplyAsync(RunningServer.Yaml("promote: automatic"));
        await server.ReleaseAsync("1.0.0");
        await server.ServesAsync("1.0.0");
        var position = (await server.Client.StatusAsync(CancellationToken.None)).Position;

        await server.RestartAsync();

        // Its instances were stopped with it, as it was told to.
        await Eventually.IsAsync("1.0.0 runs again", async () => await server.AnswersAsync() == "1.0.0");
        Assert.Equal(position, (await server.Client.StatusAsync(CancellationToken.None)).Position);
    }

    [Fact]
    public async Task WhatIsNotThereIsToldWithWhatIs()
    {
        await using var server = await RunningServer.StartAsync();
        await server.ApplyAsync(RunningServer.Yaml());
        await server.ReleaseAsync("1.0.0");

        await MissingAsync("api/v1/projects/shed", "SLIP0203", "shop");
        await MissingAsync("api/v1/projects/shed/releases", "SLIP0203", "shop");
        await MissingAsync("api/v1/projects/shop/environments/canary", "SLIP0204", "production");
        await MissingAsync("api/v1/projects/shop/environments/canary/explain", "SLIP0204", "production");
        await MissingAsync("api/v1/projects/shop/releases/2.0.0", "SLIP0202", "release list");
        await MissingAsync("api/v1/deployments/shop.production.9", "SLIP0205", "status");
        Assert.Equal("SLIP0202", (await RunningServer.RefusedAsync(404, () => server.ActAsync("deploy", new DeployActionRequest("2.0.0", "ada")))).Code);
        Assert.Equal("SLIP0204", (await RunningServer.RefusedAsync(404, () => server.Client.ActAsync("shop", "canary", "deploy", new DeployActionRequest("1.0.0", "ada"), CancellationToken.None))).Code);

        async Task MissingAsync(string path, string code, string there)
        {
            using var answer = await server.Http.GetAsync(path);
            var problem = (await answer.Content.ReadFromJsonAsync<ProblemResponse>())!.Problems.Single();
            Assert.Equal((HttpStatusCode.NotFound, code), (answer.StatusCode, problem.Code));
            Assert.Contains(there, problem.Remedy, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task AVersionIsOneArtifactForEver()
    {
        await using var server = await RunningServer.StartAsync();
        await server.ApplyAsync(RunningServer.Yaml());
        var first = await server.ReleaseAsync("1.0.0");

        Assert.Equal(first.Number, (await server.ReleaseAsync("1.0.0")).Number);
        var refused = await RunningServer.RefusedAsync(409, () =>
            server.Client.CreateReleaseAsync("shop", new CreateReleaseRequest("1.0.0", null, "registry.test/shop:1", null, "ada"), CancellationToken.None));

        Assert.Equal("SLIP0201", refused.Code);
    }

    [Theory]
    [InlineData("", "it is bad")]
    [InlineData("ada", " ")]
    public async Task FlaggingAndUnflaggingNeedANameAndAReason(string by, string reason)
    {
        await using var server = await RunningServer.StartAsync();
        await server.ApplyAsync(RunningServer.Yaml());
        await server.ReleaseAsync("1.0.0");

        foreach (var bad in (bool[])[true, false])
            Assert.Equal("SLIP0207", (await RunningServer.RefusedAsync(400, () => server.Client.FlagAsync("shop", "1.0.0", new FlagRequest(by, reason), bad, CancellationToken.None))).Code);
    }

    [Fact]
    public async Task WhatIsFlaggedIsNotDeployedUntilSomebodyTakesTheFlagOff()
    {
        await using var server = await RunningServer.StartAsync();
        await server.ApplyAsync(RunningServer.Yaml());
        await server.ReleaseAsync("1.0.0");
        DeployActionRequest deploy = new("1.0.0", "bob", "I am sure", Force: true);

        var flagged = await server.Client.FlagAsync("shop", "1.0.0", new FlagRequest("ada", "loses orders"), bad: true, CancellationToken.None);
        var refused = await RunningServer.RefusedAsync(409, () => server.ActAsync("deploy", deploy));
        var again = await server.Client.FlagAsync("shop", "1.0.0", new FlagRequest("bob", "slow too"), bad: true, CancellationToken.None);
        Assert.Equal((false, "1.0.0 is flagged bad already, by ada: loses orders", "ada"), (again.DoesSomething, again.Message, again.Release.Bad?.By));
        var dry = await server.Client.FlagAsync("shop", "1.0.0", new FlagRequest("cleo", "it was the database"), bad: false, CancellationToken.None, dryRun: true);
        Assert.Equal((true, true, "ada"), (dry.DoesSomething, dry.DryRun, dry.Release.Bad?.By));
        await server.Client.FlagAsync("shop", "1.0.0", new FlagRequest("cleo", "it was the database"), bad: false, CancellationToken.None);
        await server.ActAsync("deploy", deploy);

        Assert.Equal(("ada", "loses orders"), (flagged.Release.Bad!.By, flagged.Release.Bad.Why));
        Assert.Equal("SLIP0302", refused.Code);
        Assert.Contains("ada: loses orders", refused.Message, StringComparison.Ordinal);
        await server.ServesAsync("1.0.0");
        Assert.Null((await server.Client.ReleaseAsync("shop", "1.0.0", CancellationToken.None)).Bad);
    }

    [Fact]
    public async Task FlaggingWhatServesBringsBackTheLastGoodVersion()
    {
        await using var server = await RunningServer.StartAsync();
        await server.ApplyAsync(RunningServer.Yaml("promote: automatic"));
        await server.ReleaseAsync("1.0.0");
        await server.ServesAsync("1.0.0");
        await server.ReleaseAsync("1.1.0");
        await server.ServesAsync("1.1.0");

        await server.Client.FlagAsync("shop", "1.1.0", new FlagRequest("ada", "loses orders"), bad: true, CancellationToken.None);

        await server.ServesAsync("1.0.0");
        Assert.Equal("1.0.0", await server.AnswersAsync());
    }
}
