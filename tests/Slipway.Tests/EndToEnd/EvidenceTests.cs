using System.Text.Json.Nodes;
using Slipway.Api;
using Slipway.Testing;
using Slipway.Testing.Servers;
using Slipway.Tests.Commands;

namespace Slipway.Tests.EndToEnd;

/// <summary>What the checks know outlives the server that is killed, with real processes, a gateway of its own and real databases.</summary>
[Collection(EndToEnd.Name)]
public class EvidenceTests
{
    private const string Host = "shop.test";
    private const string Rollout = "shop.production.2";

    [Fact]
    public Task AfterAKillThereIsNoLessEvidenceThanBeforeAndTheRecordGivesTheLiveVerdict() => PlayAsync(null);

    [Fact]
    public async Task InPostgresToo()
    {
        EndToEnd.NeedProcesses();
        await using var database = await PostgresServer.StartAsync();
        await PlayAsync(await database.CreateDatabaseAsync());
    }

    [Fact]
    public async Task AFaultInOneRouteIsFoundAmongTheOthersAndBlamedOnIt()
    {
        EndToEnd.NeedProcesses();
        await using Installation shop = new();
        await shop.StartServerAsync();
        await shop.StartGatewayAsync("--region", "eu-west");
        await shop.ApplyAsync($$"""
            project: shop
            service: { host: {{Host}}, userKey: { cookie: uid }, routes: { checkout: /checkout, search: /search } }
            environments:
              - name: production
                deploy: { process: { command: [{{EndToEnd.Service}}, broken, "{{shop.Home}}/broken-{version}", /checkout], health: /pid, stopGrace: 2s } }
                checks: [errors]
                strategy: { ramp: { weights: [50%, 100%], every: 1h } }
                promote: automatic
            """);
        await File.WriteAllTextAsync(Path.Combine(shop.Home, "broken-1.1.0"), "");
        await shop.ReleaseAsync("1.0.0");
        await shop.ServesAsync("1.0.0");

        await using (Users users = new(shop.Gateway, Host, turn => turn % 11 == 0 ? "/checkout" : turn % 2 == 0 ? "/search?q=x" : "/"))
        {
            await shop.EventuallyAsync("every route is known of the baseline", () => Task.FromResult(users.Answers > 300));
            await shop.ReleaseAsync("1.1.0");
            await shop.EventuallyAsync("the fault is found", async () => await FailedAsync(shop) is not null);
            await shop.ServesAsync("1.0.0");
        }

        var failed = (await FailedAsync(shop))!.Value;
        Assert.Equal("route/checkout", failed.GetProperty("stratum").GetString());
        Assert.StartsWith("In route checkout: ", failed.GetProperty("summary").GetString(), StringComparison.Ordinal);
        Assert.Equal(failed.GetProperty("candidateRequests").GetInt64(), failed.GetProperty("candidateErrors").GetInt64());
        var windows = (await shop.Client.WindowsAsync(Rollout, 0, CancellationToken.None)).Windows;
        var strata = windows.Where(w => w.TryGetProperty("baseline", out var b) && b.TryGetProperty("strata", out _)).SelectMany(w => w.GetProperty("baseline").GetProperty("strata").EnumerateArray());
        Assert.Equal(["region/eu-west", "route/checkout", "route/other", "route/search"], strata.Select(s => s.GetProperty("name").GetString()).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal($"errors: {failed.GetProperty("summary").GetString()}", (string)(await BacktestAsync(shop, Rollout))["stopped"]!["why"]!);
        Assert.Equal((int)ExitCode.Ok, await shop.EndServerAsync());
    }

    private static async Task<System.Text.Json.JsonElement?> FailedAsync(Installation shop) =>
        (await shop.Client.EventsAsync(0, CancellationToken.None)).LastOrDefault(e => e is { Stream: $"deployment:{Rollout}", Type: "deployment.check-failed" })?.Data.GetProperty("evidence");

    private static async Task PlayAsync(string? database)
    {
        EndToEnd.NeedProcesses();
        await using Installation shop = new() { Database = database };
        await shop.StartServerAsync();
        await shop.StartGatewayAsync();
        await shop.ApplyAsync($$"""
            project: shop
            service: { host: {{Host}}, userKey: { cookie: uid } }
            environments:
              - name: production
                deploy: { process: { command: [{{EndToEnd.Service}}, broken, "{{shop.Home}}/broken-{version}"], health: /pid, stopGrace: 2s } }
                checks: [errors]
                strategy: { ramp: { weights: [50%, 100%], every: 1h } }
                promote: automatic
            """);
        await shop.ReleaseAsync("1.0.0");
        await shop.ServesAsync("1.0.0");

        CheckStatus? seen = null;
        await using (Users users = new(shop.Gateway, Host))
        {
            await shop.ReleaseAsync("1.1.0");
            await shop.EventuallyAsync("the checks have seen a few hundred requests", async () => (seen = await ErrorsAsync(shop)) is { CandidateRequests: > 200 });
            Assert.Empty(await users.ComplaintsAsync());
        }

        await shop.EventuallyAsync("the last of it is saved", async () => (seen = await ErrorsAsync(shop)) is { } now && await SavedAsync(shop) == now.CandidateRequests);
        await shop.KillServerAsync();
        await shop.StartServerAsync();
        CheckStatus? after = null;
        await shop.EventuallyAsync("the checks go on", async () => (after = await ErrorsAsync(shop)) is not null);
        Assert.Equal((seen!.CandidateRequests, seen.BaselineRequests, seen.LogEvidence), (after!.CandidateRequests, after.BaselineRequests, after.LogEvidence));

        await File.WriteAllTextAsync(Path.Combine(shop.Home, "broken-1.1.0"), "");
        await using (new Users(shop.Gateway, Host))
            await shop.ServesAsync("1.0.0");
        var failed = (await shop.Client.EventsAsync(0, CancellationToken.None)).Last(e => e is { Stream: $"deployment:{Rollout}", Type: "deployment.check-failed" }).Data.GetProperty("evidence");
        var record = Path.Combine(shop.Home, "record.json");
        var told = await BacktestAsync(shop, Rollout, "--save", record);

        Assert.Equal($"errors: {failed.GetProperty("summary").GetString()}", (string)told["stopped"]!["why"]!);
        Assert.True((long)told["stopped"]!["requests"]! >= seen.CandidateRequests + (long)told["stopped"]!["failed"]!);
        Assert.Equal("rolled back", (string)told["ended"]!);
        Assert.Empty(told["notes"]!.AsArray());
        Assert.Equal(told.ToJsonString(), (await BacktestAsync(shop, "--recorded", record)).ToJsonString());
        Assert.Equal((int)ExitCode.Ok, await shop.EndServerAsync());
    }

    private static async Task<CheckStatus?> ErrorsAsync(Installation shop) => (await shop.ProductionAsync()).Deployment?.Checks.FirstOrDefault(c => c.Name == "errors");

    private static async Task<long> SavedAsync(Installation shop) =>
        (await shop.Client.WindowsAsync(Rollout, 0, CancellationToken.None)).Windows.Where(w => w.TryGetProperty("candidate", out _)).Sum(w => w.GetProperty("candidate").GetProperty("completed").GetInt64());

    private static async Task<JsonNode> BacktestAsync(Installation shop, params string[] args)
    {
        Dictionary<string, string> variables = new() { ["SLIPWAY_SERVER"] = shop.Api.ToString(), ["SLIPWAY_TOKEN"] = (await File.ReadAllTextAsync(Path.Combine(shop.Home, "data", "token"))).Trim() };
        var run = await Slip.RunAsync(variables, ["analysis", "backtest", .. args, "--format", "json"]);
        Assert.True(run.Code is ExitCode.Ok, run.Error);
        return JsonNode.Parse(run.Out)!;
    }
}
