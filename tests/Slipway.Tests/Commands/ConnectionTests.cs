using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Slipway.Api;

namespace Slipway.Tests.Commands;

public sealed class ConnectionTests
{
    [Fact]
    public async Task NoServerIsToldWithItsAddressAndWhatToDo()
    {
        await using var server = await FakeServer.StartAsync();
        var variables = Slip.Variables(server);
        await server.DisposeAsync();
        var run = await Slip.RunAsync(variables, "status");
        Assert.Equal((ExitCode.Unreachable, ""), (run.Code, run.Out));
        Assert.Contains(variables["SLIPWAY_SERVER"], run.Error, StringComparison.Ordinal);
        Assert.Contains("slipway server", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void AConnectionThatIsResetWhileItIsMadeIsABrokenOne() =>
        Assert.Equal(ExitCode.Unreachable, Refusal.Of(new SocketException((int)SocketError.NotConnected), new Uri("http://127.0.0.1:1"))?.Exit);

    [Theory]
    [InlineData((int)ExitCode.Usage, "server", "--gateway-region")]
    [InlineData((int)ExitCode.Failed, "gateway", "--region")]
    public async Task ARegionThatIsNoNameIsRefusedBeforeAnythingStarts(int code, string command, string option)
    {
        await using var server = await FakeServer.StartAsync();
        var run = await Slip.RunAsync(server, command, option, "EU west");
        Assert.Equal((ExitCode)code, run.Code);
        Assert.Contains("SLIP0609", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ProblemsAsJsonAreOneDocumentOnStdout()
    {
        await using var server = (await FakeServer.StartAsync()).Refuses("GET /api/v1/status", 409, new ProblemItem("SLIP0300", "here", "no", "do that"));
        var run = await Slip.RunAsync(server, "status", "--format", "json");
        var document = JsonDocument.Parse(run.Out).RootElement;
        Assert.Equal((ExitCode.Failed, ""), (run.Code, run.Error));
        Assert.False(document.GetProperty("ok").GetBoolean());
        Assert.Equal("do that", document.GetProperty("problems")[0].GetProperty("remedy").GetString());
    }

    [Fact]
    public async Task AWrongTokenIsNotAuthorised()
    {
        await using var server = await FakeServer.StartAsync();
        var run = await Slip.RunAsync(server, "status", "--token", "slw_wrong");
        Assert.Equal(ExitCode.NotAuthorised, run.Code);
        Assert.Contains("SLIP0402", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(200, "<html>hello</html>")]
    [InlineData(404, "nothing here")]
    [InlineData(502, "bad gateway")]
    public async Task SomethingThatIsNoSlipwayServerIsToldSo(int status, string body)
    {
        await using var server = (await FakeServer.StartAsync()).On("GET /api/v1/status", (context, _) =>
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = "text/html";
            return context.Response.WriteAsync(body);
        });
        var run = await Slip.RunAsync(server, "status");
        Assert.Equal(ExitCode.Unreachable, run.Code);
        Assert.Contains(server.Address, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheTokenOfThisMachinesServerIsFoundInItsDataDirectory()
    {
        await using var server = (await FakeServer.StartAsync()).On("GET /api/v1/projects", (IReadOnlyList<ProjectStatus>)[]);
        using TemporaryDirectory data = new();
        File.WriteAllText(Path.Combine(data.Path, "token"), $"{FakeServer.Token}\n");
        var variables = Slip.Variables(server);
        variables.Remove("SLIPWAY_TOKEN");
        Assert.Equal(ExitCode.NotAuthorised, (await Slip.RunAsync(variables, "project", "list")).Code);
        Assert.Equal(ExitCode.Ok, (await Slip.RunAsync(variables, "project", "list", "--data", data.Path)).Code);
        variables["SLIPWAY_DATA"] = data.Path;
        Assert.Equal(ExitCode.Ok, (await Slip.RunAsync(variables, "project", "list")).Code);
    }

    [Fact]
    public void TheDataDirectoryFollowsXdg()
    {
        Assert.Equal("/x/slipway", DataPaths.Default(name => name == "XDG_DATA_HOME" ? "/x" : "/home/ada"));
        Assert.Equal("/home/ada/.local/share/slipway", DataPaths.Default(name => name == "XDG_DATA_HOME" ? "relative" : "/home/ada"));
    }

    [Theory]
    [InlineData("statu", "status")]
    [InlineData("status --formt json", "--format")]
    [InlineData("release creat x", "create")]
    [InlineData("deploy production 1.0.0 --force", "--reason")]
    [InlineData("deploy production 1.0.0 --timeout 5m", "--wait")]
    [InlineData("deploy production 1.0.0 --wait --timeout soon", "10m")]
    [InlineData("status --format xml", "json")]
    [InlineData("release flag 1.0.0", "--reason")]
    public async Task AWrongCommandLineIsUsageAndSaysWhatIsMeant(string line, string suggestion)
    {
        var run = await Slip.RunAsync([], line.Split(' '));
        Assert.Equal((ExitCode.Usage, ""), (run.Code, run.Out));
        Assert.Contains(suggestion, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AWrongCommandLineAsJsonIsOneDocument()
    {
        var run = await Slip.RunAsync([], "statu", "--format", "json");
        Assert.Equal((ExitCode.Usage, ""), (run.Code, run.Error));
        Assert.Equal(2, JsonDocument.Parse(run.Out).RootElement.GetProperty("exitCode").GetInt32());
    }

    [Fact]
    public async Task AnAddressThatIsNoneIsUsage() => Assert.Equal(ExitCode.Usage, (await Slip.RunAsync([], "status", "--server", "localhost:7070")).Code);

    [Fact]
    public async Task SeveralProjectsAreListedWhenNoneIsNamed()
    {
        await using var server = (await FakeServer.StartAsync()).On("GET /api/v1/projects", (IReadOnlyList<ProjectStatus>)[Shop.Status.Projects[0], Shop.Other]);
        var run = await Slip.RunAsync(server, "release", "list");
        Assert.Equal(ExitCode.Usage, run.Code);
        Assert.Contains("shop, search", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CancellationEndsQuietly()
    {
        using CancellationTokenSource stop = new();
        await using var server = (await FakeServer.StartAsync()).On("GET /api/v1/status", (context, _) =>
        {
            stop.Cancel();
            return Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        var run = await Slip.RunAsync(Slip.Variables(server), "", stop.Token, "status");
        Assert.Equal((ExitCode.Interrupted, "", ""), (run.Code, run.Out, run.Error));
    }
}
