using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using Slipway.Cluster;
using Slipway.Engine.Ports;
using Slipway.Storage;
using Slipway.Testing;
using Slipway.Testing.Servers;

namespace Slipway.Server.Tests.Running;

/// <summary>Two servers on one PostgreSQL, and two versions of an app with the real OpenTelemetry SDK.</summary>
public class OtlpClusterTests
{
    private const string Check = "{ errors: { from: { source: own, total: shop.orders, count: 'shop.orders{outcome=\"failed\"}' }, interval: 1s } }";

    [Fact]
    public async Task WhatAppsExportToOneServerIsSeenByTheChecksOfTheOneThatActs()
    {
        await using var database = await PostgresServer.StartAsync();
        var address = PostgresAddress.Parse(await database.CreateDatabaseAsync());
        IPEndPoint free = new(IPAddress.Loopback, 0);
        ServerOptions Member(ServerOptions o) => o with { Database = address, Cluster = free, Otlp = free, OtlpGrpc = null, OtlpAlways = true };
        await using var one = await RunningServer.StartAsync(Member);
        await using var other = await RunningServer.StartAsync(Member);
        await one.ApplyAsync(Yaml(""));
        await one.ReleaseAsync("1.0.0");
        await one.ActAsync("promote");
        await one.ServesAsync("1.0.0");
        await one.ApplyAsync(Yaml(Check));
        var (acting, asked) = await RunsHereAsync(one) ? (one, other) : (other, one);
        using Meter meter = new("shop in a cluster");
        var orders = meter.CreateCounter<long>("shop.orders");
        using var stable = App(meter, "1.0.0", asked);
        using var candidate = App(meter, "1.1.0", asked);

        await one.ReleaseAsync("1.1.0");
        await one.ActAsync("promote");

        await Eventually.IsAsync("the check compares what both versions exported", async () =>
        {
            orders.Add(10, KeyValuePair.Create<string, object?>("outcome", "ok"));
            Assert.True(stable.ForceFlush() && candidate.ForceFlush());
            return (await acting.ProductionAsync()).Deployment?.Checks.SingleOrDefault(c => c.Source == "own") is { CandidateRequests: > 0, BaselineRequests: > 0 };
        });
        Assert.True(await RunsHereAsync(acting));
        Assert.False(await RunsHereAsync(asked));
    }

    /// <summary>A version's only instance runs where its project is acted for.</summary>
    private static async Task<bool> RunsHereAsync(RunningServer server) => !(await server.Services.GetRequiredKeyedService<IDeployer>(ClusterHost.Local).ListAsync(CancellationToken.None)).IsEmpty;

    private static string Yaml(string check) => $$"""
        project: shop
        service: { host: {{RunningServer.Host}}, userKey: { cookie: uid } }
        sources: [{ name: own, otlp: { delay: 0s } }]
        environments:
          - name: production
            deploy: { process: { command: [{{RunningServer.Service}}, healthy], health: /, stopGrace: 1s } }
            checks: [{{check}}]
            strategy: [{ weight: 20% }, pause, { weight: 100% }]
        """;

    private static MeterProvider App(Meter meter, string version, RunningServer exportsTo)
    {
        var address = exportsTo.OtlpAddresses[0];
        return Sdk.CreateMeterProviderBuilder()
            .ConfigureResource(r => r.Clear().AddAttributes(new Dictionary<string, object> { ["service.name"] = "shop", ["service.version"] = version, ["deployment.environment.name"] = "production" }))
            .AddMeter(meter.Name)
            .AddOtlpExporter((exporter, reader) =>
            {
                (exporter.Protocol, exporter.Endpoint, exporter.TimeoutMilliseconds) = (OtlpExportProtocol.HttpProtobuf, new Uri($"{address}/v1/metrics"), 5000);
                reader.PeriodicExportingMetricReaderOptions = new PeriodicExportingMetricReaderOptions { ExportIntervalMilliseconds = 3_600_000 };
            }).Build();
    }
}
