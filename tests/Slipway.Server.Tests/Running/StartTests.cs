using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Slipway.Storage;
using Slipway.Testing;
using Slipway.Testing.Servers;

namespace Slipway.Server.Tests.Running;

public class StartTests
{
    [Fact]
    public async Task ASecondServerOnTheSameDataIsRefusedUntilTheFirstIsGone()
    {
        await using var server = await RunningServer.StartAsync();

        var refused = Assert.Throws<ServerStartException>(() => SlipwayServer.Build(RunningServer.Options(server.Data), RunningServer.Quiet));

        Assert.Equal("SLIP0501", refused.Problem.Code);
        Assert.Equal(server.Data, refused.Problem.Place);
        await server.RestartAsync();
    }

    [Fact]
    public async Task AMemberOfAClusterFindsTheHostOfTheDatabaseThatCanBeWritten()
    {
        await using var database = await PostgresServer.StartAsync();
        var address = PostgresAddress.Parse((await database.CreateDatabaseAsync()).Replace("127.0.0.1:", "127.0.0.1:1,127.0.0.1:", StringComparison.Ordinal));

        await using var server = await RunningServer.StartAsync(RunningServer.Member(address));

        await server.ApplyAsync(RunningServer.Yaml("promote: automatic"));
        Assert.Single((await server.Client.StatusAsync(CancellationToken.None)).Projects);
    }

    [Fact]
    public async Task ATakenPortIsToldAndNothingIsLeftHalfStarted()
    {
        using TcpListener taken = new(IPAddress.Loopback, 0);
        taken.Start();
        var gateway = FreePort();

        var refused = await RefusedAsync(o => o with { Listen = (IPEndPoint)taken.LocalEndpoint, Gateway = gateway }, gateway);

        Assert.Equal("SLIP0503", refused.Code);
        Assert.Contains(taken.LocalEndpoint.ToString()!, refused.Place, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ATakenGatewayPortIsToldAndNothingIsLeftHalfStarted()
    {
        using TcpListener taken = new(IPAddress.Loopback, 0);
        taken.Start();
        var api = FreePort();

        var refused = await RefusedAsync(o => o with { Listen = api, Gateway = (IPEndPoint)taken.LocalEndpoint }, api);

        Assert.Equal("SLIP0605", refused.Code);
        Assert.Contains(taken.LocalEndpoint.ToString()!, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnUnusableTokenFileIsToldAndTheDataIsFreeAgain()
    {
        var data = Directory.CreateTempSubdirectory("slipway-test-").FullName;
        var token = Path.Combine(data, "token");
        await File.WriteAllTextAsync(token, "short");

        var refused = Assert.Throws<ServerStartException>(() => SlipwayServer.Build(RunningServer.Options(data), RunningServer.Quiet));

        Assert.Equal("SLIP0504", refused.Problem.Code);
        File.Delete(token);
        await SlipwayServer.Build(RunningServer.Options(data), RunningServer.Quiet).DisposeAsync();
        Directory.Delete(data, recursive: true);
    }

    [Fact]
    public async Task AServerOfWhichAPartFailsEndsWithAnError()
    {
        var broken = await Assert.ThrowsAsync<ServerBrokenException>(() => EndsAsync((_, part) => part.SetException(new InvalidOperationException("a bug"))));

        Assert.Equal(("SLIP0505", nameof(Part)), (SlipwayServer.Explains(broken)!.Code, broken.Problem.Place));
        Assert.Contains("a bug", broken.Problem.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ServerBrokenException>(() => EndsAsync((_, part) => part.SetCanceled()));
    }

    [Fact]
    public async Task AServerThatIsToldToStopEndsWithout()
    {
        Assert.Null(await EndsAsync((app, _) => app.Lifetime.StopApplication()));
        Assert.Null(await EndsAsync((_, _) => { }, whileItStarts: app => app.Lifetime.StopApplication()));
    }

    [Fact]
    public async Task AGatewayThatWaitsForRoutesDoesNotHoldUpTheEnd()
    {
        await using var server = await RunningServer.StartAsync();
        await server.ApplyAsync(RunningServer.Yaml());
        JsonElement table = default;
        await Eventually.IsAsync("the routes know the project", async () =>
            (table = await server.Http.GetFromJsonAsync<JsonElement>("api/v1/gateways/edge/routes?after=0&wait=0")).GetProperty("services").GetArrayLength() == 1);
        var newest = table.GetProperty("version").GetInt64();
        var waiting = server.Http.GetAsync($"api/v1/gateways/edge/routes?after={newest}&wait=30");
        await Eventually.IsAsync("the server knows that the gateway waits", async () =>
            (await server.Client.ProjectsAsync(CancellationToken.None)).Count == 1 && !waiting.IsCompleted);

        await server.RestartAsync().WaitAsync(TimeSpan.FromSeconds(10));

        Assert.Equal(HttpStatusCode.NoContent, (await waiting).StatusCode);
    }

    /// <summary>Starts in vain; then the other port and the data are free, and nothing says that a server is there.</summary>
    private static async Task<Core.Configuration.Problem> RefusedAsync(Func<ServerOptions, ServerOptions> with, IPEndPoint other)
    {
        var data = Directory.CreateTempSubdirectory("slipway-test-").FullName;
        var options = with(RunningServer.Options(data));
        var app = SlipwayServer.Build(options, RunningServer.Quiet);

        var refused = await Assert.ThrowsAsync<ServerStartException>(() => SlipwayServer.StartAsync(app, options, CancellationToken.None));

        using (TcpListener free = new(other))
            free.Start();
        Assert.False(File.Exists(Path.Combine(data, "server.json")));
        await app.DisposeAsync();
        var next = RunningServer.Options(data);
        await using (var again = SlipwayServer.Build(next, RunningServer.Quiet))
        {
            await SlipwayServer.StartAsync(again, next, CancellationToken.None);
            await again.StopAsync();
        }

        Directory.Delete(data, recursive: true);
        return refused.Problem;
    }

    private static IPEndPoint FreePort()
    {
        using TcpListener probe = new(IPAddress.Loopback, 0);
        probe.Start();
        return (IPEndPoint)probe.LocalEndpoint;
    }

    /// <summary>Starts a server with a part of the test's own, and returns why it has to begin anew.</summary>
    private static async Task<string?> EndsAsync(Action<WebApplication, TaskCompletionSource> end, Action<WebApplication>? whileItStarts = null)
    {
        var options = RunningServer.Options(Directory.CreateTempSubdirectory("slipway-test-").FullName);
        TaskCompletionSource part = new();
        await using var app = SlipwayServer.Build(options, builder =>
        {
            RunningServer.Quiet(builder);
            builder.Services.AddHostedService(_ => new Part(part.Task));
        });
        app.Lifetime.ApplicationStarted.Register(() => whileItStarts?.Invoke(app));
        await SlipwayServer.StartAsync(app, options, CancellationToken.None);
        var ended = SlipwayServer.WaitAsync(app, CancellationToken.None);
        end(app, part);
        try
        {
            return await ended;
        }
        finally
        {
            Directory.Delete(options.DataDirectory, recursive: true);
        }
    }

    private sealed class Part(Task work) : BackgroundService
    {
        protected override Task ExecuteAsync(CancellationToken stoppingToken) => work.WaitAsync(stoppingToken);
    }
}
