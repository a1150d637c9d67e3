using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Slipway.Api;
using Slipway.Commands;

namespace Slipway.Tests.Commands;

public sealed class DoctorTests
{
    private static StatusResponse Healthy => Shop.Status with { Version = DoctorChecks.Version, Projects = [Shop.Status.Projects[0] with { Environments = [Shop.Status.Projects[0].Environments[0]] }] };

    [Fact]
    public async Task AllIsWellWhenEverythingIs()
    {
        await using var server = await ServerAsync(Healthy);
        var run = await Slip.RunAsync(server, "doctor", "--format", "json");
        Assert.Equal(ExitCode.Ok, run.Code);
        Assert.True(JsonDocument.Parse(run.Out).RootElement.GetProperty("ok").GetBoolean());
    }

    [Theory]
    [InlineData("version")]
    [InlineData("clock")]
    [InlineData("environments")]
    public async Task WhatIsNotWellIsNamedWithWhatToDo(string check)
    {
        await using var server = await ServerAsync(check switch
        {
            "version" => Healthy with { Version = "9.9.9" },
            "clock" => Healthy with { At = Healthy.At.AddMinutes(2) },
            _ => Healthy with { Projects = Shop.Status.Projects },
        });
        var run = await Slip.RunAsync(server, "doctor", "--format", "json");
        Assert.Equal(ExitCode.Failed, run.Code);
        var ill = Assert.Single(JsonDocument.Parse(run.Out).RootElement.GetProperty("checks").EnumerateArray(), c => !c.GetProperty("ok").GetBoolean());
        Assert.Equal(check, ill.GetProperty("name").GetString());
        Assert.NotEmpty(ill.GetProperty("remedy").GetString()!);
    }

    [Fact]
    public async Task WhatTheServerFindsIsToldAsItIs()
    {
        await using var server = await ServerAsync(Healthy, new CheckFinding("store", false, "SQLite in /data is damaged", "restore a backup"), new CheckFinding("disk", true, "much is free", null));
        var run = await Slip.RunAsync(server, "doctor");
        Assert.Equal(ExitCode.Failed, run.Code);
        Assert.Contains("not well store        SQLite in /data is damaged", run.Out, StringComparison.Ordinal);
        Assert.Contains("→ restore a backup", run.Out, StringComparison.Ordinal);
        Assert.Contains("ok       disk         much is free", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WithoutAServerTheRestIsUnknownRatherThanWell()
    {
        await using var server = await FakeServer.StartAsync();
        var variables = Slip.Variables(server);
        await server.DisposeAsync();
        var run = await Slip.RunAsync(variables, "doctor");
        Assert.Equal(ExitCode.Failed, run.Code);
        Assert.StartsWith("not well server", run.Out, StringComparison.Ordinal);
        Assert.Contains("unknown  token", run.Out, StringComparison.Ordinal);
    }

    private static async Task<FakeServer> ServerAsync(StatusResponse status, params IReadOnlyList<CheckFinding> checks) =>
        (await FakeServer.StartAsync()).On("GET /readyz", (context, _) => context.Response.WriteAsync("ready")).On("GET /api/v1/status", status).On("GET /api/v1/maintenance/checks", new ChecksResponse(checks));
}
