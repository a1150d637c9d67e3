using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Slipway.Engine.Telemetry;

namespace Slipway.Server.Metrics;

/// <summary>Where logs, metrics and spans go: the console and <c>/metrics</c> always, an OpenTelemetry collector when one is named.</summary>
internal static class Telemetry
{
    /// <summary>OpenTelemetry's own variable; its relatives (protocol, headers, resource attributes) are heard too.</summary>
    private const string Collector = "OTEL_EXPORTER_OTLP_ENDPOINT";

    private static readonly string[] Meters = [EngineTelemetry.Name, "Microsoft.AspNetCore.Hosting", "System.Runtime"];

    public static void Add(WebApplicationBuilder builder, ServerOptions options)
    {
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        if (options.LogFormat is LogFormat.Json)
            builder.Logging.AddJsonConsole(console => (console.UseUtcTimestamp, console.TimestampFormat) = (true, "O"));
        var telemetry = builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics.AddMeter(Meters).AddPrometheusExporter());
        if (builder.Configuration[Collector] is not { Length: > 0 })
            return;
        telemetry
            .ConfigureResource(resource => resource.AddService("slipway", serviceVersion: ServerVersion.Text))
            .WithTracing(traces => traces.AddSource(EngineTelemetry.Name).AddAspNetCoreInstrumentation())
            .WithLogging(null, logs => logs.IncludeFormattedMessage = true)
            .UseOtlpExporter();
    }
}
