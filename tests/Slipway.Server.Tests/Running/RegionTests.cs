using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Core;
using Slipway.Core.Projects;
using Slipway.Core.Traffic;
using Slipway.Engine.Ports;
using Slipway.Engine.Traffic;
using Slipway.Testing;

namespace Slipway.Server.Tests.Running;

public class RegionTests
{
    private static readonly EnvironmentKey Production = new(new ProjectId("shop"), new EnvironmentName("production"));

    [Fact]
    public async Task WhatGatewaysCountIsKeptApartByRegionTheBuiltInOnesToo()
    {
        await using var server = await RunningServer.StartAsync(o => o with { GatewayRegion = "eu" });
        await server.ApplyAsync(RunningServer.Yaml("promote: automatic"));
        await server.ReleaseAsync("1.0.0");
        await server.ServesAsync("1.0.0");
        Assert.Equal("1.0.0", await server.AnswersAsync());

        await ReportAsync(server, HttpStatusCode.NoContent, Report(1, "us"));

        var counts = server.Services.GetRequiredService<TrafficBoard>();
        await Eventually.IsAsync("both regions are known", () => Task.FromResult(
            counts.Pieces(new InstanceId(Production, new("1.0.0"))).Aggregate(ImmutableArray<StratumCounts>.Empty, (sum, p) => sum.Plus(p.Counts.Strata)).Select(s => (s.Name, s.Completed)).SequenceEqual([("region/eu", 1), ("region/us", 3)])));
    }

    [Fact]
    public async Task ARegionAndStrataThatCannotBeAreRefused()
    {
        await using var server = await RunningServer.StartAsync();

        await ReportAsync(server, HttpStatusCode.BadRequest, Report(1, "US 1"));
        await ReportAsync(server, HttpStatusCode.BadRequest, Report(1, "us", new("route/b"), new("route/a")));
        await ReportAsync(server, HttpStatusCode.BadRequest, Report(1, "us", new StratumCounts("route/a") { Latency = new(LatencyHistogram.MaxIndex, [1, 1]) }));
        await ReportAsync(server, HttpStatusCode.NoContent, Report(1, "us", new("route/a"), new("route/b")));
    }

    [Fact]
    public async Task ShardsThatNoRecordCouldBeReadBackWithAreRefused()
    {
        await using var server = await RunningServer.StartAsync();
        ShardCounts fine = ShardCounts.Even(LatencyHistogram.Empty, 0, 0, 0), endless = new([1], [.. new long[ShardCounts.MostCells + 1]]), clients = fine with { FailedClients = [.. new long[ShardCounts.MostCells + 1]] };

        await ReportAsync(server, HttpStatusCode.BadRequest, With(s => s with { Shards = endless }));
        await ReportAsync(server, HttpStatusCode.BadRequest, With(s => s with { Shards = clients }));
        await ReportAsync(server, HttpStatusCode.BadRequest, With(s => s with { Instances = endless }));
        await ReportAsync(server, HttpStatusCode.NoContent, With(s => s with { Shards = fine, Instances = new([1], [1]) }));

        static GatewayReport With(Func<SideCounts, SideCounts> change)
        {
            var report = Report(1, "us");
            return report with { Seconds = [new(report.Seconds[0].At, [change(report.Seconds[0].Sides[0])])] };
        }
    }

    private static GatewayReport Report(long sequence, string region, params StratumCounts[] strata) =>
        new("edge", "boot", sequence, 0, [new TrafficSecond(DateTimeOffset.UtcNow, [new SideCounts { Environment = Production, Candidate = new("1.0.0"), Started = 3, Completed = 3, Strata = [.. strata] }])], []) { Region = region };

    private static async Task ReportAsync(RunningServer server, HttpStatusCode expected, GatewayReport report)
    {
        using var answer = await server.Http.PostAsJsonAsync("api/v1/gateways/edge/reports", report, SlipwayJson.Options);
        Assert.Equal(expected, answer.StatusCode);
    }
}
