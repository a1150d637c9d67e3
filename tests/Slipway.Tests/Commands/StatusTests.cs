using System.Text.Json;
using Slipway.Api;
using Slipway.Terminal;

namespace Slipway.Tests.Commands;

public sealed class StatusTests
{
    [Fact]
    public async Task StatusShowsWhatRunsWhereAndWhy()
    {
        await using var server = (await FakeServer.StartAsync()).On("GET /api/v1/status", Shop.Status);
        var run = await Slip.RunAsync(server, "status");
        Assert.Equal((ExitCode.Ok, ""), (run.Code, run.Error));
        Golden.Is("status.txt", run.Out);
    }

    [Fact]
    public void AtEightyColumnsItSaysInFewWordsWhatWaitsWhoHoldsItAndWhatIsClosed()
    {
        var lines = LiveView.Lines(new LiveModel(Shop.Stuck, []), 80, 60);
        Assert.All(lines, l => Assert.True(l.Width <= 80, l.ToString()));
        Golden.Is("stuck.txt", string.Concat(lines.Select(l => $"{l}\n")));
    }

    [Fact]
    public void OfAFleetThatFillsAScreenOnlyTargetsWithSomethingToSeeHaveARow()
    {
        static EnvironmentStatus Target(int number) => new()
        {
            Name = $"production-{number}", Fleet = "production", Tier = "production", Slice = "none", After = [], Serving = number < 5 ? "2.0.0" : "1.0.0", Observed = [], Traffic = [], Queue = [],
            Window = new WindowStatus(true, ""), Why = "it serves", Hold = number == 3 ? new HoldStatus("bob", "looking", DateTimeOffset.UnixEpoch) : null,
        };
        ProjectStatus project = new("shop", [], [.. Enumerable.Range(0, 200).Select(Target)]) { Fleets = [new FleetStatus("production", "2.0.0", null, [new RingStatus("all", 200, 5, 0, 0)])] };
        var lines = Grid.Lines(project, 140).Select(l => l.ToString()).ToList();
        Assert.Equal("production-3", Assert.Single(lines, l => l.StartsWith("production-", StringComparison.Ordinal)).Split(' ')[0]);
        Assert.Contains("  production: 2.0.0: all 5/200", lines);
        Assert.Contains("  not shown, as nothing is under way there: 195 serve 1.0.0, 4 serve 2.0.0", lines);
    }

    [Fact]
    public async Task ActionsShowsWhatEveryCommandWouldDoNow()
    {
        await using var server = (await FakeServer.StartAsync()).On("GET /api/v1/projects/shop/environments/production/actions", Shop.Actions);
        var run = await Slip.RunAsync(server, "actions", "production", "--project", "shop");
        Assert.Equal((ExitCode.Ok, "?by=ada"), (run.Code, Assert.Single(server.Requests).Query));
        Golden.Is("actions.txt", run.Out);
    }

    [Fact]
    public async Task StatusAsJsonIsTheApisRecordAndNothingElse()
    {
        await using var server = (await FakeServer.StartAsync()).On("GET /api/v1/status", Shop.Status);
        var run = await Slip.RunAsync(server, "status", "--format", "json");
        Assert.Equal((ExitCode.Ok, ""), (run.Code, run.Error));
        Golden.Is("status.json.txt", run.Out);
        Assert.Equal(41, JsonSerializer.Deserialize<StatusResponse>(run.Out, SlipwayClient.Json)!.Position);
    }

    [Fact]
    public async Task StatusOfANamedProjectLeavesTheOthersOut()
    {
        await using var server = (await FakeServer.StartAsync()).On("GET /api/v1/status", Shop.Status with { Projects = [.. Shop.Status.Projects, Shop.Other] });
        var run = await Slip.RunAsync(server, "status", "--project", "search");
        Assert.DoesNotContain("shop", run.Out, StringComparison.Ordinal);
        var none = await Slip.RunAsync(server, "status", "--project", "serach");
        Assert.Equal(ExitCode.Failed, none.Code);
        Assert.Contains("there are shop, search", none.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ExplainSaysWhyWhatNextAndOnWhatEvidence()
    {
        await using var server = (await FakeServer.StartAsync()).On("GET /api/v1/deployments/shop.production.7/explain", Shop.Explanation);
        var run = await Slip.RunAsync(server, "explain", "shop.production.7");
        Assert.Equal(ExitCode.Ok, run.Code);
        Golden.Is("explain.txt", run.Out);
    }

    [Fact]
    public async Task ExplainWithoutASubjectExplainsEveryEnvironment()
    {
        await using var server = (await FakeServer.StartAsync()).On("GET /api/v1/projects/shop", Shop.Status.Projects[0] with { Environments = [.. Shop.Status.Projects[0].Environments.Take(2)] })
            .On("GET /api/v1/projects/shop/environments/dogfood/explain", Shop.Explanation with { Subject = "dogfood" })
            .On("GET /api/v1/projects/shop/environments/canary/explain", Shop.Explanation with { Subject = "canary" });
        var run = await Slip.RunAsync(server, "explain", "--project", "shop", "--format", "json");
        Assert.Equal(["dogfood", "canary"], JsonDocument.Parse(run.Out).RootElement.EnumerateArray().Select(e => e.GetProperty("subject").GetString()));
    }

    [Fact]
    public async Task HelpNamesEveryCommand()
    {
        var run = await Slip.RunAsync([], "--help");
        Assert.Equal(ExitCode.Ok, run.Code);
        Golden.Is("help.txt", run.Out);
    }

    [Fact]
    public void TheLiveViewShowsTheSplitTheEvidenceAndTheNewestEvents()
    {
        LiveModel model = new(Shop.Status, Shop.Events, new Line("Slipway 0.1.0"));
        Golden.Is("live.txt", string.Concat(LiveView.Lines(model, 100, 40).Select(l => $"{l}\n")));
    }

    [Theory]
    [InlineData(40, 10)]
    [InlineData(72, 20)]
    [InlineData(200, 60)]
    public void TheLiveViewFitsItsWindow(int width, int height)
    {
        var lines = LiveView.Lines(new LiveModel(Shop.Status, Shop.Events), width, height);
        Assert.True(lines.Length <= height);
        Assert.All(lines, l => Assert.True(l.Width <= width, l.ToString()));
    }

    [Fact]
    public void WhatAPersonWroteCannotCommandTheTerminal()
    {
        Line line = new(new Span("a\u001b[2Jb\rc"));
        Assert.Equal("a [2Jb c", line.ToString());
        Assert.Equal("a [[2Jb c", line.ToMarkup());
    }

    [Fact]
    public async Task HumanTablesFitAHundredColumns()
    {
        var long1 = new string('9', 40);
        var status = Shop.Status with { Projects = [Shop.Status.Projects[0] with { Environments = [.. Shop.Status.Projects[0].Environments.Select(e => e with { Serving = long1, LastGood = long1, Observed = [long1, "2026.11.23-2"] })] }] };
        await using var server = (await FakeServer.StartAsync()).On("GET /api/v1/status", status);
        var run = await Slip.RunAsync(server, "status");
        Assert.All(run.Out.Split('\n'), line => Assert.True(line.Length <= 100, line));
    }
}
