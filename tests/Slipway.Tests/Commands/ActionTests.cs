using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Slipway.Api;

namespace Slipway.Tests.Commands;

public sealed class ActionTests
{
    private const string Production = "/api/v1/projects/shop/environments/production/actions/";

    [Fact]
    public async Task DeployTellsTheServerWhoWhatAndWhy()
    {
        await using var server = await ActingAsync("deploy", Shop.Deployment);
        var run = await Slip.RunAsync(server, "deploy", "production", "1.2.0", "--force", "--override-freeze", "--supersede", "--reason", "fire", "--project", "shop", "--by", "grace");
        Assert.Equal((ExitCode.Ok, "begun\n"), (run.Code, run.Out));
        Assert.Equal(new DeployActionRequest("1.2.0", "grace", "fire", true, true, true), Body<DeployActionRequest>(server));
    }

    [Fact]
    public async Task WhatEachCommandSaysReachesTheServer()
    {
        Assert.Equal(new PromoteRequest("ada", "late", true, true), await SentAsync<PromoteRequest>("promote", "production", "--full", "--override-freeze", "--reason", "late"));
        Assert.Equal(new SignalRequest("qa", true, "ada"), await SentAsync<SignalRequest>("signal", "production", "qa", "pass"));
        Assert.Equal(new SignalRequest("qa", false, "ada", "two tests"), await SentAsync<SignalRequest>("signal", "production", "qa", "fail", "--reason", "two tests"));
        Assert.Equal(new CancelRequest("ada", null, "1.2.0"), await SentAsync<CancelRequest>("cancel", "production", "--candidate", "1.2.0"));
    }

    [Theory]
    [InlineData("deploy production 1.2.0 --override-freeze")]
    [InlineData("promote production --override-freeze")]
    [InlineData("deploy production 1.2.0 --force")]
    [InlineData("promote production --dry-run --wait")]
    [InlineData("signal production qa maybe")]
    [InlineData("signal production")]
    public async Task WhatMakesNoSenseIsRefusedBeforeTheServerIsAsked(string line)
    {
        await using var server = await FakeServer.StartAsync();
        Assert.Equal(ExitCode.Usage, (await Slip.RunAsync(server, line.Split(' '))).Code);
        Assert.Empty(server.Requests);
    }

    [Theory]
    [InlineData("deploy production 1.2.0")]
    [InlineData("promote production")]
    [InlineData("approve production")]
    [InlineData("reject production")]
    [InlineData("signal production qa pass")]
    [InlineData("pause production")]
    [InlineData("resume production")]
    [InlineData("abort production")]
    [InlineData("rollback production")]
    [InlineData("retry production")]
    [InlineData("cancel production")]
    [InlineData("hold production")]
    [InlineData("unhold production")]
    public async Task EveryActionCanBeAskedWithoutDoingIt(string line)
    {
        var verb = line.Split(' ')[0];
        await using var server = (await FakeServer.StartAsync()).On($"POST {Production}{verb}", new ActionResponse("it would", null) { DryRun = true });
        var run = await Slip.RunAsync(server, [.. line.Split(' '), "--dry-run", "--project", "shop"]);
        Assert.Equal((ExitCode.Ok, "it would\nNothing was done: this was a dry run.\n", "?dryRun=true"), (run.Code, run.Out, Assert.Single(server.Requests).Query));
    }

    [Fact]
    public async Task FlaggingSaysWhatFollowsAndCanBeAskedFirst()
    {
        await using var server = (await FakeServer.StartAsync()).On("POST /api/v1/projects/shop/releases/1.2.0/actions/flag", new FlagResponse("1.2.0 is bad from now on", true, true, Shop.Release));
        var run = await Slip.RunAsync(server, "release", "flag", "1.2.0", "--reason", "slow", "--dry-run", "--project", "shop");
        Assert.Equal("1.2.0 is bad from now on\nNothing was done: this was a dry run.\n", run.Out);
        Assert.Equal("?dryRun=true", Assert.Single(server.Requests).Query);
    }

    [Fact]
    public async Task WaitingForWhatWaitsFollowsItOnceItBegins()
    {
        QueuedStatus queued = new(Shop.Deployment.Candidate, "forward", "ada", null, Shop.Now, "shop.production.6 is under way");
        var busy = Shop.Status.Projects[0].Environments[2] with { Deployment = Shop.Deployment with { Id = "shop.production.6", Candidate = "1.0.0" }, Queue = [queued] };
        await using var server = (await FakeServer.StartAsync()).On($"POST {Production}deploy", new ActionResponse("it waits", null) { Queued = queued });
        server.On("GET /api/v1/projects/shop/environments/production", busy, busy with { Deployment = Shop.Deployment, Queue = [] });
        server.On("GET /api/v1/deployments/shop.production.7", Shop.Ended("succeeded"));
        var run = await Slip.RunAsync(server, "deploy", "production", Shop.Deployment.Candidate, "--wait", "--project", "shop");
        Assert.Equal(ExitCode.Ok, run.Code);
        Assert.Contains($"{queued.Candidate} waits: shop.production.6 is under way", run.Error, StringComparison.Ordinal);
        Assert.Contains("succeeded", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WaitingForWhatNeverBeginsFails()
    {
        QueuedStatus queued = new("1.2.0", "forward", "ada", null, Shop.Now, "shop.production.7 is under way");
        await using var server = (await FakeServer.StartAsync()).On($"POST {Production}deploy", new ActionResponse("it waits", null) { Queued = queued });
        server.On("GET /api/v1/projects/shop/environments/production", Shop.Status.Projects[0].Environments[2]);
        var run = await Slip.RunAsync(server, "deploy", "production", "1.2.0", "--wait", "--project", "shop");
        Assert.Equal(ExitCode.Failed, run.Code);
        Assert.Contains("1.2.0 no longer waits, and did not begin", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("promote", "")]
    [InlineData("approve", "")]
    [InlineData("reject", "--reason wait")]
    [InlineData("pause", "--reason wait")]
    [InlineData("resume", "")]
    [InlineData("retry", "")]
    [InlineData("cancel", "")]
    [InlineData("hold", "--reason wait")]
    [InlineData("unhold", "")]
    [InlineData("abort", "--reason wait")]
    [InlineData("rollback", "--reason wait --to 1.0.0")]
    public async Task EveryActionReachesItsOwnEndpoint(string verb, string options)
    {
        await using var server = await ActingAsync(verb, Shop.Deployment);
        var run = await Slip.RunAsync(server, [verb, "production", "--project", "shop", .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        Assert.Equal(ExitCode.Ok, run.Code);
        var body = Body<RollbackRequest>(server);
        Assert.Equal(("ada", options.Length > 0 ? "wait" : null), (body.By, body.Reason));
    }

    [Theory]
    [InlineData("deploy", "forward", "succeeded", 0)]
    [InlineData("deploy", "forward", "rolledBack", 5)]
    [InlineData("promote", "forward", "rolledBack", 5)]
    [InlineData("abort", "forward", "rolledBack", 0)]
    [InlineData("abort", "forward", "succeeded", 1)]
    [InlineData("rollback", "forward", "rolledBack", 0)]
    [InlineData("rollback", "rollback", "succeeded", 0)]
    [InlineData("rollback", "rollback", "rolledBack", 5)]
    public async Task WaitingTellsHowTheDeploymentEnded(string verb, string kind, string phase, int exit)
    {
        await using var server = await ActingAsync(verb, Shop.Deployment with { Kind = kind });
        server.On("GET /api/v1/deployments/shop.production.7", Shop.Deployment with { Kind = kind, ConfirmedPercent = 50 }, Shop.Ended(phase) with { Kind = kind });
        var run = await Slip.RunAsync(server, verb == "deploy" ? ["deploy", "production", "1.2.0", "--wait", "--project", "shop", "--format", "json"] : [verb, "production", "--wait", "--project", "shop", "--format", "json"]);
        Assert.Equal(exit, run.Exit);
        Assert.Equal(phase, JsonSerializer.Deserialize<ActionResponse>(run.Out, SlipwayClient.Json)!.Deployment!.Phase);
        Assert.Contains("50%", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WaitingEndsAtItsTimeoutAndLeavesTheDeploymentAlone()
    {
        await using var server = await ActingAsync("deploy", Shop.Deployment);
        server.On("GET /api/v1/deployments/shop.production.7", Shop.Deployment);
        var run = await Slip.RunAsync(server, "deploy", "production", "1.2.0", "--wait", "--timeout", "5s", "--project", "shop");
        Assert.Equal(ExitCode.TimedOut, run.Code);
        Assert.Contains("slipway explain shop.production.7", run.Error, StringComparison.Ordinal);
        Assert.InRange(server.Requests.Count(r => r.Method == "GET"), 1, 5);
        Assert.Single(server.Requests, r => r.Method == "POST");
    }

    [Fact]
    public async Task WaitingOutlivesAServerThatIsAwayForAMoment()
    {
        var asked = 0;
        await using var server = await ActingAsync("deploy", Shop.Deployment);
        server.On("GET /api/v1/deployments/shop.production.7", (context, _) =>
        {
            if (++asked < 3)
                context.Abort();
            return asked < 3 ? Task.CompletedTask : context.Response.WriteAsJsonAsync(Shop.Ended("succeeded"), SlipwayClient.Json);
        });
        Assert.Equal(ExitCode.Ok, (await Slip.RunAsync(server, "deploy", "production", "1.2.0", "--wait", "--project", "shop")).Code);
    }

    [Fact]
    public async Task ApplyPrintsTheChangesOfADryRunAndThatNothingWasApplied()
    {
        using TemporaryDirectory directory = new();
        var file = Path.Combine(directory.Path, "slipway.yaml");
        File.WriteAllText(file, "project: shop\n");
        await using var server = (await FakeServer.StartAsync()).On("POST /api/v1/apply", new ApplyResponse("shop", false, ["+ environment canary", "~ production: bake 10m -> 30m"]));
        var run = await Slip.RunAsync(server, "apply", "-f", file, "--dry-run");
        Assert.Equal("+ environment canary\n~ production: bake 10m -> 30m\nNothing was applied to project shop: this was a dry run.\n", run.Out);
        var asked = Assert.Single(server.Requests);
        Assert.Equal(("project: shop\n", "?dryRun=true&file=slipway.yaml&by=ada"), (asked.Text, asked.Query));
    }

    [Fact]
    public async Task ApplyShowsEverythingThatIsWrongWithADocument()
    {
        await using var server = (await FakeServer.StartAsync()).Refuses("POST /api/v1/apply", 400,
            new ProblemItem("SLIP0101", "stdin:3:1 servce", "the key is not known", "write 'service'"), new ProblemItem("SLIP0107", "stdin:9:5", "140% is too much", "write at most 100%"));
        var run = await Slip.RunAsync(Slip.Variables(server), "project: shop", TestContext.Current.CancellationToken, "apply", "-f", "-");
        Assert.Equal((ExitCode.Failed, ""), (run.Code, run.Out));
        Assert.Contains("SLIP0101 stdin:3:1 servce", run.Error, StringComparison.Ordinal);
        Assert.Contains("SLIP0107 stdin:9:5", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ApplyOfAMissingFileNamesIt()
    {
        await using var server = await FakeServer.StartAsync();
        var run = await Slip.RunAsync(server, "apply", "-f", "/nonexistent/slipway.yaml");
        Assert.Equal(ExitCode.Failed, run.Code);
        Assert.Contains("/nonexistent/slipway.yaml", run.Error, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    private static async Task<FakeServer> ActingAsync(string verb, DeploymentStatus deployment) =>
        (await FakeServer.StartAsync()).On($"POST {Production}{verb}", new ActionResponse("begun", deployment));

    private static async Task<T> SentAsync<T>(params string[] line)
    {
        await using var server = await ActingAsync(line[0], Shop.Deployment);
        Assert.Equal(ExitCode.Ok, (await Slip.RunAsync(server, [.. line, "--project", "shop"])).Code);
        return Body<T>(server);
    }

    private static T Body<T>(FakeServer server) => JsonSerializer.Deserialize<T>(server.Requests.Single(r => r.Method == "POST").Body, SlipwayClient.Json)!;
}
