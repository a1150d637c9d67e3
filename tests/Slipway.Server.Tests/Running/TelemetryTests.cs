using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Slipway.Testing;

namespace Slipway.Server.Tests.Running;

public partial class TelemetryTests
{
    [Fact]
    public async Task EveryMetricStandsInTheDocsWithItsUnitAndMeaning()
    {
        ConcurrentDictionary<string, string> published = new();
        using MeterListener listener = new()
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name == "Slipway")
                    published[instrument.Name] = $"{instrument.Unit}|{Kind(instrument)}|{instrument.Description}";
            },
        };
        listener.Start();
        await using var server = await RunningServer.StartAsync();

        var documented = Row().Matches(await File.ReadAllTextAsync(Docs())).ToDictionary(m => m.Groups[1].Value, m => $"{m.Groups[2].Value}|{m.Groups[3].Value}|{m.Groups[4].Value}");
        Assert.Equal(published.OrderBy(p => p.Key, StringComparer.Ordinal), documented.OrderBy(p => p.Key, StringComparer.Ordinal));
    }

    [Fact]
    public async Task WhatTheEngineDoesIsMeasured()
    {
        await using var server = await RunningServer.PausedAsync();
        await server.ActAsync("resume");
        await server.ServesAsync("1.1.0");

        var metrics = await server.Http.GetStringAsync("metrics");

        foreach (var name in (string[])["slipway_inbox_age_seconds_count", "slipway_decision_duration_seconds_count", "slipway_save_duration_seconds_count", "slipway_effect_duration_seconds_count", "slipway_ownership_changes"])
            Assert.Matches($"(?m)^{name}[^\n]* [1-9]", metrics);
        Assert.Contains("kind=\"ApplySplit\"", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EveryDecisionAndEveryEffectIsASpanOfItsDeploymentAndEffectsStandBeneathDecisions()
    {
        ConcurrentQueue<Activity> spans = new();
        using ActivityListener listener = new()
        {
            ShouldListenTo = source => source.Name == "Slipway",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using (var server = await RunningServer.StartAsync())
        {
            await server.ApplyAsync(RunningServer.Yaml("promote: automatic"));
            await server.ReleaseAsync("1.0.0");
            await server.ServesAsync("1.0.0");
        }

        Assert.All(spans, s => Assert.StartsWith("shop.production.", (string)s.GetTagItem("slipway.deployment")!, StringComparison.Ordinal));
        var decisions = spans.Where(s => s.OperationName == "decide").Select(s => s.SpanId).ToHashSet();
        var effects = spans.Where(s => s.OperationName == "effect").ToList();
        Assert.Contains(effects, e => e is { Status: ActivityStatusCode.Ok } && (string?)e.GetTagItem("slipway.effect") == "StartCandidate");
        Assert.All(effects, e => Assert.Contains(e.ParentSpanId, decisions));
    }

    [Fact]
    public async Task TracesMetricsAndLogsGoToACollectorThatIsNamed()
    {
        ConcurrentQueue<(string Path, string Body)> received = new();
        await using var collector = await CollectorAsync(received);
        var options = RunningServer.Options(Directory.CreateTempSubdirectory("slipway-test-").FullName);
        await using (var app = SlipwayServer.Build(options, builder => builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Urls.First(), ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf", ["OTEL_BSP_SCHEDULE_DELAY"] = "100", ["OTEL_BLRP_SCHEDULE_DELAY"] = "100", ["OTEL_METRIC_EXPORT_INTERVAL"] = "200",
        })))
        {
            await SlipwayServer.StartAsync(app, options, CancellationToken.None);
            using HttpClient client = new() { BaseAddress = new Uri(SlipwayServer.Addresses(app).Api) };
            await client.GetStringAsync("healthz");
            app.Logger.LogError("of deployment {DeploymentId}", "shop.production.7");
            await Eventually.IsAsync("all three are received", () => ((string[])["/v1/traces", "/v1/metrics", "/v1/logs"]).All(path => received.Any(r => r.Path == path)));
            await app.StopAsync();
        }

        Assert.Contains(received, r => r.Path == "/v1/traces" && r.Body.Contains("/healthz", StringComparison.Ordinal));
        Assert.Contains(received, r => r.Path == "/v1/metrics" && r.Body.Contains("http.server.request.duration", StringComparison.Ordinal));
        Assert.Contains(received, r => r.Path == "/v1/logs" && r.Body.Contains("DeploymentId", StringComparison.Ordinal) && r.Body.Contains("shop.production.7", StringComparison.Ordinal));
        Assert.All(received, r => Assert.Contains("slipway", r.Body, StringComparison.Ordinal));
        Directory.Delete(options.DataDirectory, recursive: true);
    }

    private static async Task<WebApplication> CollectorAsync(ConcurrentQueue<(string Path, string Body)> received)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        app.MapPost("/{**path}", async context =>
        {
            using MemoryStream body = new();
            await context.Request.Body.CopyToAsync(body);
            received.Enqueue((context.Request.Path.Value!, Encoding.Latin1.GetString(body.ToArray())));
        });
        await app.StartAsync();
        return app;
    }

    private static string Kind(Instrument instrument) => instrument.GetType().Name.Split('`')[0] switch
    {
        "ObservableGauge" => "gauge",
        "ObservableCounter" => "counter",
        "UpDownCounter" => "up-down counter",
        "Counter" => "counter",
        "Histogram" => "histogram",
        var other => other,
    };

    private static string Docs([System.Runtime.CompilerServices.CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "../../../docs/telemetry.md");

    [GeneratedRegex(@"^\| `(slipway\.[a-z.]+)` \| `?([^|`]*?)`? \| ([a-z -]+) \| [^|]* \| (.*) \|$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
