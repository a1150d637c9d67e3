using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Slipway.Api;
using Slipway.Storage;
using Slipway.Testing;
using Slipway.Testing.Servers;

namespace Slipway.Server.Tests.Running;

public class AccessTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("Bearer slw_000000000000000000000000000000000000000000000000")]
    [InlineData("Basic slw_0")]
    public async Task WithoutTheTokenTheApiSaysNothing(string? authorization)
    {
        await using var server = await RunningServer.StartAsync();
        foreach (var path in (string[])["api/v1/status", "api/v1/projects", "api/v1/events", "api/v1/events/stream", "api/v1/gateways/g/routes", "api/v1/nothing", "API/V1/status", "Api/v1/events"])
        {
            using HttpRequestMessage request = new(HttpMethod.Get, path);
            request.Headers.Authorization = authorization is null ? null : AuthenticationHeaderValue.Parse(authorization);
            using var answer = await server.Stranger.SendAsync(request);

            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
            Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
            Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.ToString());
            Assert.Equal("SLIP0402", (await answer.Content.ReadFromJsonAsync<ProblemResponse>())!.Problems.Single().Code);
        }
    }

    [Fact]
    public async Task TheTokenIsItsOwnersOnlyAndSurvivesARestart()
    {
        await using var server = await RunningServer.StartAsync();
        var token = server.Token;
        var file = Path.Combine(server.Data, "token");
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));

        await server.RestartAsync();

        Assert.Equal(token, server.Token);
        Assert.Empty((await server.Client.StatusAsync(CancellationToken.None)).Projects);
    }

    [Fact]
    public async Task ATokenOfAClusterIsRevokedByStartingItsServerWithoutTheFile()
    {
        await using var database = await PostgresServer.StartAsync();
        var address = PostgresAddress.Parse(await database.CreateDatabaseAsync());
        var member = RunningServer.Member(address);
        await using var one = await RunningServer.StartAsync(member);
        await using var other = await RunningServer.StartAsync(member);
        var stolen = one.Token;
        Assert.Equal(HttpStatusCode.OK, await AskAsync(other, stolen));

        await one.RestartAsync(() => File.Delete(Path.Combine(one.Data, "token")));

        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(one, stolen));
        await Eventually.IsAsync("the old token is good nowhere", async () => await AskAsync(other, stolen) == HttpStatusCode.Unauthorized);
        Assert.Equal(HttpStatusCode.OK, await AskAsync(other, one.Token));

        static async Task<HttpStatusCode> AskAsync(RunningServer server, string token)
        {
            using HttpRequestMessage request = new(HttpMethod.Get, "api/v1/status");
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            using var answer = await server.Stranger.SendAsync(request);
            return answer.StatusCode;
        }
    }

    [Theory]
    [InlineData("healthz", "ok")]
    [InlineData("readyz", "ready")]
    [InlineData("metrics", "target_info")]
    [InlineData("", "<title>Slipway</title>")]
    public async Task WhatMachinesWatchAndThePageItselfNeedNoToken(string path, string has)
    {
        await using var server = await RunningServer.StartAsync();

        Assert.Contains(has, await server.Stranger.GetStringAsync(path), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ItListensOnLoopbackUnlessToldOtherwise()
    {
        ServerOptions untold = new() { DataDirectory = "anywhere" };
        await using var server = await RunningServer.StartAsync();

        Assert.Equal(IPAddress.Loopback, untold.Listen.Address);
        Assert.Equal(IPAddress.Loopback, untold.Gateway!.Address);
        Assert.Equal("127.0.0.1", server.Api.Host);
        Assert.Equal("127.0.0.1", server.Gateway.Host);
    }
}
