using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using Slipway.Core.Analysis;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Core.Traffic;
using Slipway.Engine.Ports;
using Slipway.Testing;

namespace Slipway.Server.Tests.Running;

/// <summary>Apps with the real OpenTelemetry SDK export to a real server.</summary>
public sealed class OtlpTests : IAsyncLifetime
{
    private readonly string _data = Directory.CreateTempSubdirectory("slipway-otlp-").FullName;
    private WebApplication? _server;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.StopAsync();
            await _server.DisposeAsync();
        }

        Directory.Delete(_data, recursive: true);
    }

    [Theory]
    [InlineData(OtlpExportProtocol.Grpc, MetricReaderTemporalityPreference.Cumulative)]
    [InlineData(OtlpExportProtocol.Grpc, MetricReaderTemporalityPreference.Delta)]
    [InlineData(OtlpExportProtocol.HttpProtobuf, MetricReaderTemporalityPreference.Cumulative)]
    [InlineData(OtlpExportProtocol.HttpProtobuf, MetricReaderTemporalityPreference.Delta)]
    public async Task WhatAnAppExportsIsMeasuredExactly(OtlpExportProtocol protocol, MetricReaderTemporalityPreference temporality)
    {
        await StartAsync();
        using Meter meter = new($"shop {protocol} {temporality}");
        using var app = App(meter, protocol, temporality);
        var orders = meter.CreateCounter<long>("shop.orders");
        var classic = meter.CreateHistogram<double>("shop.classic", "s");
        var exponential = meter.CreateHistogram<double>("shop.exponential", "ms");
        meter.CreateObservableGauge("shop.queue", () => 42.5);
        orders.Add(1000, KeyValuePair.Create<string, object?>("outcome", "ok"));
        exponential.Record(1);
        classic.Record(1);
        Assert.True(app.ForceFlush());
        var from = DateTimeOffset.UtcNow;
        orders.Add(194, KeyValuePair.Create<string, object?>("outcome", "ok"));
        orders.Add(6, KeyValuePair.Create<string, object?>("outcome", "failed"));
        for (var i = 0; i < 50; i++)
        {
            classic.Record(0.3);
            exponential.Record(300);
        }

        Assert.True(app.ForceFlush());
        var to = DateTimeOffset.UtcNow;

        Assert.Equal(new Measurement.Counts(200, 6), await AskAsync(MetricShape.Counts, from, to, ("total", "shop.orders"), ("count", "shop.orders{outcome=\"failed\"}")));
        Assert.Equal(new Measurement.Counts(50, 50), await AskAsync(MetricShape.Counts, from, to, ("total", "shop.classic"), ("count", "shop.exponential")));
        Assert.Equal(new Measurement.Value(42.5), await AskAsync(MetricShape.Value, from, to, ("value", "shop.queue")));
        var wide = Assert.IsType<Measurement.Latencies>(await AskAsync(MetricShape.Latencies, from, to, ("histogram", "shop.classic"))).Histogram;
        Assert.Equal((50, true), (wide.Total, LatencyHistogram.LowerBound(wide.Offset) >= 0.24 && LatencyHistogram.LowerBound(wide.Offset + wide.Counts.Length) <= 0.51));
        var fine = Assert.IsType<Measurement.Latencies>(await AskAsync(MetricShape.Latencies, from, to, ("histogram", "shop.exponential"))).Histogram;
        Assert.Equal(50, fine.Total);
        Assert.InRange(LatencyHistogram.IndexOf(0.3) - fine.Offset, 0, 1);
    }

    [Fact]
    public async Task ARestartedAppCountsOnFromNothing()
    {
        await StartAsync();
        using Meter meter = new("shop restarted");
        var orders = meter.CreateCounter<long>("shop.orders");
        using (var first = App(meter, OtlpExportProtocol.HttpProtobuf, MetricReaderTemporalityPreference.Cumulative))
        {
            orders.Add(500);
            Assert.True(first.ForceFlush());
        }

        var from = DateTimeOffset.UtcNow;
        using var second = App(meter, OtlpExportProtocol.HttpProtobuf, MetricReaderTemporalityPreference.Cumulative);
        orders.Add(7);
        Assert.True(second.ForceFlush());

        Assert.Equal(new Measurement.Counts(7, 7), await AskAsync(MetricShape.Counts, from, DateTimeOffset.UtcNow, ("total", "shop.orders"), ("count", "shop.orders")));
    }

    [Theory]
    [InlineData(OtlpExportProtocol.Grpc)]
    [InlineData(OtlpExportProtocol.HttpProtobuf)]
    public async Task WithATokenOnlyThoseWhoHaveItMayExport(OtlpExportProtocol protocol)
    {
        await StartAsync(o => o with { OtlpToken = "s3cret" });
        using Meter meter = new($"shop token {protocol}");
        var orders = meter.CreateCounter<long>("shop.orders");
        var from = DateTimeOffset.UtcNow;
        using (var stranger = App(meter, protocol, MetricReaderTemporalityPreference.Delta, headers: "authorization=Bearer wrong"))
        {
            orders.Add(100);
            Assert.False(stranger.ForceFlush());
        }

        using var friend = App(meter, protocol, MetricReaderTemporalityPreference.Delta, headers: "authorization=Bearer s3cret");
        orders.Add(3);
        Assert.True(friend.ForceFlush());

        Assert.Equal(new Measurement.Counts(3, 3), await AskAsync(MetricShape.Counts, from, DateTimeOffset.UtcNow, ("total", "shop.orders"), ("count", "shop.orders")));
    }

    [Theory]
    [InlineData("application/json", "", "{}", 415, "cannot be read")]
    [InlineData("application/x-protobuf", "br", "x", 415, "cannot be unpacked")]
    [InlineData("application/x-protobuf", "gzip", "not gzip", 400, "no export")]
    [InlineData("application/x-protobuf", "", "\u0001\u0001\u0001 nonsense", 400, "no export")]
    public async Task WhatCannotBeReadIsRefusedInWords(string type, string encoding, string body, int status, string said)
    {
        await StartAsync();
        var answer = await PostAsync(Encoding.UTF8.GetBytes(body), type, encoding);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Contains(said, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnExportThatUnpacksWithoutEndIsRefused()
    {
        await StartAsync();
        using MemoryStream packed = new();
        await using (GZipStream gzip = new(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (var i = 0; i < 40; i++)
                await gzip.WriteAsync(new byte[1 << 20]);
        }

        var answer = await PostAsync(packed.ToArray(), "application/x-protobuf", "gzip");

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
    }

    [Fact]
    public async Task ATakenPortIsTold()
    {
        using TcpListener taken = new(IPAddress.Loopback, 0);
        taken.Start();
        var refused = await Assert.ThrowsAsync<ServerStartException>(() => StartAsync(o => o with { Otlp = (IPEndPoint)taken.LocalEndpoint }));

        Assert.Equal("SLIP0503", refused.Problem.Code);
        Assert.Contains("--otlp", refused.Problem.Place, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ItIsListenedForOnceAProjectHasASourceForIt()
    {
        await StartAsync(o => o with { OtlpAlways = false });
        Assert.Empty(MetricSources.OtlpAddresses(_server!));
        Assert.Contains("--otlp", Assert.IsType<Measurement.Failed>(await AskAsync(MetricShape.Value, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddSeconds(1), ("value", "x"))).Why, StringComparison.Ordinal);

        Assert.True((await ApplyAsync("shop.orders{outcome=\"failed\"}")).IsSuccessStatusCode);

        await Eventually.IsAsync("it listens for HTTP and gRPC", () => MetricSources.OtlpAddresses(_server!).Count == 2);
    }

    [Fact]
    public async Task AQueryThatNoSourceCanAnswerIsNotApplied()
    {
        await StartAsync();

        var answer = await ApplyAsync("shop.orders{outcome=failed}");

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var said = await answer.Content.ReadAsStringAsync();
        Assert.Contains("SLIP0211", said, StringComparison.Ordinal);
        Assert.Contains("environments.production.checks.errors.from", said, StringComparison.Ordinal);
    }

    private async Task<HttpResponseMessage> ApplyAsync(string count)
    {
        using HttpClient http = new();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await File.ReadAllTextAsync(Path.Combine(_data, "token"))).Trim());
        using StringContent yaml = new($$"""
            project: shop
            sources: [{ name: own, otlp: {} }]
            environments:
              - name: production
                deploy: { process: { command: [{{RunningServer.Service}}, healthy] } }
                checks: [{ errors: { from: { source: own, total: shop.orders, count: '{{count}}' } } }]
            """, Encoding.UTF8, "application/yaml");
        return await http.PostAsync(new Uri($"{SlipwayServer.Addresses(_server!).Api}/api/v1/apply?by=ada"), yaml);
    }

    private async Task StartAsync(Func<ServerOptions, ServerOptions>? change = null)
    {
        var options = RunningServer.Options(_data) with { Gateway = null, Otlp = new IPEndPoint(IPAddress.Loopback, 0), OtlpGrpc = new IPEndPoint(IPAddress.Loopback, 0), OtlpAlways = true };
        options = change?.Invoke(options) ?? options;
        _server = SlipwayServer.Build(options, RunningServer.Quiet);
        await SlipwayServer.StartAsync(_server, options, CancellationToken.None);
    }

    private MeterProvider App(Meter meter, OtlpExportProtocol protocol, MetricReaderTemporalityPreference temporality, string? headers = null)
    {
        var addresses = MetricSources.OtlpAddresses(_server!);
        return Sdk.CreateMeterProviderBuilder()
            .ConfigureResource(r => r.Clear().AddAttributes(new Dictionary<string, object> { ["service.name"] = "shop", ["service.version"] = "1.1.0", ["deployment.environment.name"] = "production" }))
            .AddMeter(meter.Name)
            .AddView("shop.exponential", new Base2ExponentialBucketHistogramConfiguration())
            .AddView("shop.classic", new ExplicitBucketHistogramConfiguration { Boundaries = [0.1, 0.25, 0.5, 1] })
            .AddOtlpExporter((exporter, reader) =>
            {
                exporter.Protocol = protocol;
                exporter.Endpoint = protocol == OtlpExportProtocol.Grpc ? new Uri(addresses[1]) : new Uri($"{addresses[0]}/v1/metrics");
                exporter.Headers = headers;
                exporter.TimeoutMilliseconds = 5000;
                reader.TemporalityPreference = temporality;
                reader.PeriodicExportingMetricReaderOptions = new PeriodicExportingMetricReaderOptions { ExportIntervalMilliseconds = 3_600_000 };
            }).Build();
    }

    private Task<Measurement> AskAsync(MetricShape shape, DateTimeOffset from, DateTimeOffset to, params (string Role, string Text)[] ask) =>
        _server!.Services.GetServices<IMetricSource>().Single(s => s.Kind == "otlp").MeasureAsync(new MetricRequest(
            new MetricSourceSpec("own", "otlp", ImmutableSortedDictionary<string, string>.Empty.Add("delay", "0s")),
            new MetricQuery("own", shape, ask.ToImmutableSortedDictionary(a => a.Role, a => a.Text)),
            new MetricSubject(new EnvironmentKey(new ProjectId("shop"), new EnvironmentName("production")), new CandidateId("1.1.0"), InstanceRole.Serving), true, from, to), CancellationToken.None);

    private async Task<HttpResponseMessage> PostAsync(byte[] body, string type, string encoding)
    {
        using HttpClient http = new();
        using ByteArrayContent content = new(body);
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        if (encoding.Length > 0)
            content.Headers.ContentEncoding.Add(encoding);
        return await http.PostAsync(new Uri($"{MetricSources.OtlpAddresses(_server!)[0]}/v1/metrics"), content);
    }
}
