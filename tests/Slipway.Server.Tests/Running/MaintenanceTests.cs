using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Slipway.Api;
using Slipway.Core;
using Slipway.Core.Deployments;
using Slipway.Core.Traffic;
using Slipway.Engine.Ports;
using Slipway.Engine.Streams;
using Slipway.Storage;
using Slipway.Testing;
using Slipway.Testing.Servers;

namespace Slipway.Server.Tests.Running;

public class MaintenanceTests
{
    [Fact]
    public async Task TheServerLooksAtItselfAndAllIsWell()
    {
        await using var server = await RunningServer.StartAsync();
        await server.ApplyAsync(RunningServer.Yaml("promote: automatic"));
        await server.ReleaseAsync("1.0.0");
        await server.ServesAsync("1.0.0");

        var checks = (await server.Client.ChecksAsync(CancellationToken.None)).Checks;

        Assert.Equal(["store", "disk", "store clock", "server versions", "gateways", "gateway versions", "gateway clocks", "instances", "artifacts", "secrets", "source secrets"], checks.Select(c => c.Name));
        Assert.All(checks.Where(c => c.Name is not ("disk" or "store")), c => Assert.True(c is { Ok: true, Remedy: null }, c.Message));
        Assert.Contains("is whole", checks[0].Message, StringComparison.Ordinal);
        Assert.Contains("1 instances accept connections", checks[7].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatIsMissingIsNamedWithWhatToDo()
    {
        await using var server = await RunningServer.StartAsync();
        await server.ApplyAsync(RunningServer.Yaml("promote: automatic"));
        var release = await server.ReleaseAsync("1.0.0");
        await server.ServesAsync("1.0.0");
        await server.ApplyAsync(RunningServer.Yaml("promote: automatic", "hooks: { before: [{ webhook: \"http://127.0.0.1:1/\", secret: NOT_SET_ANYWHERE }] }"));
        File.Delete(Path.Combine(server.Data, "artifacts", "sha256", release.Digest!["sha256:".Length..]));

        var ill = (await server.Client.ChecksAsync(CancellationToken.None)).Checks.Where(c => c.Name is "artifacts" or "secrets").ToList();

        Assert.All(ill, c => Assert.True(c is { Ok: false, Remedy: not null }));
        Assert.Contains("1.0.0 of shop/production", ill[0].Message, StringComparison.Ordinal);
        Assert.Contains("NOT_SET_ANYWHERE", ill[1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ServersOfSeveralVersionsAreNamedUntilTheyAreReplaced()
    {
        await using var database = await PostgresServer.StartAsync();
        var address = PostgresAddress.Parse(await database.CreateDatabaseAsync());
        var member = RunningServer.Member(address);
        await using var server = await RunningServer.StartAsync(member);
        await using (await RunningServer.StartAsync(member, older => older.Services.Configure<SiloOptions>(o => o.SiloName = "0.0.9")))
            await SaysAsync(ok: false, $"servers of versions 0.0.9 and {ServerVersion.Text} take part");

        await SaysAsync(ok: true, $"all servers that take part are of version {ServerVersion.Text}");

        Task SaysAsync(bool ok, string text) => Eventually.IsAsync(text, async () =>
            (await server.Client.ChecksAsync(CancellationToken.None)).Checks.Single(c => c.Name == "server versions") is var found && found.Ok == ok && found.Message == text);
    }

    [Fact]
    public async Task GatewaysOfOtherVersionsAndClocksAndSourcesWithoutTheirSecretsAreNamed()
    {
        await using var server = await RunningServer.StartAsync();
        await server.ApplyAsync(RunningServer.Yaml("promote: automatic") + "\nsources: [{ name: metrics, prometheus: { url: \"http://127.0.0.1:1/\", bearer: \"${NOT_SET_EITHER}\" } }]\n");
        GatewayReport report = new("edge-1", "boot", 1, 1, [], []) { Version = "0.0.1", MadeAt = DateTimeOffset.UtcNow.AddMinutes(-2) };
        (await server.Http.PostAsJsonAsync("api/v1/gateways/edge-1/reports", report, SlipwayJson.Options)).EnsureSuccessStatusCode();

        var checks = (await server.Client.ChecksAsync(CancellationToken.None)).Checks.ToDictionary(c => c.Name);

        Assert.All(new[] { "gateway versions", "gateway clocks", "source secrets" }, name => Assert.True(checks[name] is { Ok: false, Remedy: not null }, checks[name].Message));
        Assert.Contains("edge-1 is of version 0.0.1", checks["gateway versions"].Message, StringComparison.Ordinal);
        Assert.Matches(@"edge-1 is 1[12]\d\.\d s behind", checks["gateway clocks"].Message);
        Assert.Contains("NOT_SET_EITHER (source shop/metrics)", checks["source secrets"].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ACursorOlderThanWhatIsKeptIsGoneAndSaysWhereToGoOn()
    {
        await using var server = await RunningServer.StartAsync();
        await server.ApplyAsync(RunningServer.Yaml("promote: automatic"));
        await server.ReleaseAsync("1.0.0");
        await server.ServesAsync("1.0.0");
        var before = await server.Client.EventsAsync(0, CancellationToken.None);
        using (var store = SqliteEventStore.Open(Path.Combine(server.Data, "slipway.db")))
        {
            var stream = await store.ReadStreamAsync("deployment:shop.production.1", 0, default);
            var state = Rollout.Fold(before.Where(e => e.Stream == stream[0].Stream).Select(e => System.Text.Json.JsonSerializer.Deserialize<DeploymentEvent>(e.Data, SlipwayJson.Options)!));
            await store.SaveSnapshotAsync(new StreamSnapshot(stream[0].Stream, stream[^1].Version, StateJson.Format, StateJson.Write(state)), default);
            Assert.True(await store.CompactAsync(stream[0].Stream, stream[^1].Version, ["deployment.step-entered"], default) > 0);
        }

        var gone = await Assert.ThrowsAsync<SlipwayApiException>(() => server.Client.EventsAsync(1, CancellationToken.None));
        using HttpRequestMessage request = new(HttpMethod.Get, "api/v1/events/stream");
        request.Headers.Add("Last-Event-ID", "1");
        using var stream410 = await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

        Assert.Equal((410, "SLIP0210"), (gone.Problem.Status, gone.Problem.Problems[0].Code));
        Assert.Contains(before[^1].Position.ToString(CultureInfo.InvariantCulture), gone.Problem.Problems[0].Remedy, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Gone, stream410.StatusCode);
        var kept = await server.Client.EventsAsync(0, CancellationToken.None);
        Assert.InRange(kept.Count, 1, before.Count - 1);
        Assert.Equal(kept.Select(e => e.Position), before.Select(e => e.Position).Intersect(kept.Select(e => e.Position)));
        Assert.Empty(await server.Client.EventsAsync(before[^1].Position, CancellationToken.None));
        Assert.Equal("shop.production.1", (await server.Client.ExplainAsync("shop.production.1", CancellationToken.None)).Subject);
    }

    [Fact]
    public async Task PruningTakesWhatNobodyNeedsAndADryRunTakesNothing()
    {
        await using var server = await RunningServer.StartAsync();
        await server.ApplyAsync(RunningServer.Yaml("promote: automatic"));
        var release = await server.ReleaseAsync("1.0.0");
        await server.ServesAsync("1.0.0");
        var shelf = Path.Combine(server.Data, "artifacts", "sha256");
        var nobodys = Path.Combine(shelf, new string('a', 64));
        await File.WriteAllTextAsync(nobodys, "old");
        foreach (var file in Directory.EnumerateFiles(shelf))
            File.SetLastWriteTimeUtc(file, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));

        var would = await server.Client.PruneAsync(CancellationToken.None, dryRun: true);
        Assert.Equal(($"sha256:{new string('a', 64)}", 3L), (Assert.Single(would.Artifacts).Digest, would.Bytes));
        Assert.True(File.Exists(nobodys));
        var did = await server.Client.PruneAsync(CancellationToken.None);

        Assert.Equal(would.Artifacts, did.Artifacts);
        Assert.False(File.Exists(nobodys));
        Assert.True(File.Exists(Path.Combine(shelf, release.Digest!["sha256:".Length..])));
    }
}
