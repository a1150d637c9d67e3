using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Slipway.Cluster.Exports;
using Slipway.Engine;
using Slipway.Engine.Ports;
using Slipway.Integrations.Metrics;
using Slipway.Integrations.Metrics.CloudWatch;
using Slipway.Integrations.Metrics.Commands;
using Slipway.Integrations.Metrics.Datadog;
using Slipway.Integrations.Metrics.NewRelic;
using Slipway.Integrations.Metrics.Otlp;
using Slipway.Integrations.Metrics.Prometheus;
using Slipway.Integrations.Metrics.Signals;
using Slipway.Integrations.Metrics.Web;
using Slipway.Integrations.Resilience;
using Slipway.Server.Otlp;

namespace Slipway.Server;

/// <summary>Every kind of metric source that a server asks, a line each.</summary>
public static class MetricSources
{
    /// <summary>Where a started server receives OpenTelemetry metrics, HTTP before gRPC; empty while it does not.</summary>
    public static IReadOnlyList<string> OtlpAddresses(WebApplication app) => app.Services.GetRequiredService<OtlpReceiver>().Addresses;

    internal static void Add(IServiceCollection services, ServerOptions options)
    {
        services.AddSingleton<SourceHttp>();
        services.AddSingleton<OtlpStore>();
        services.AddSingleton(s => new OtlpInbox(s.GetRequiredService<OtlpStore>(), s.GetService<IExportRelay>()));
        services.AddSingleton<IExportSink>(s => s.GetRequiredService<OtlpInbox>());
        services.AddSingleton(s => new OtlpReceiver(s.GetRequiredService<OtlpStore>(), s.GetRequiredService<OtlpInbox>(), options, () => HasOtlp(s.GetRequiredService<SlipwayEngine>()), s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<OtlpReceiver>>()));
        services.AddHostedService(s => s.GetRequiredService<OtlpReceiver>());
        Add(services, (http, variable, time) => new PrometheusSource(http, variable, time));
        Add(services, (http, variable, time) => new HttpSource(http, variable, time));
        Add(services, (http, variable, time) => new DatadogSource(http, variable, time));
        Add(services, (http, variable, time) => new CloudWatchSource(http, variable, time));
        Add(services, (http, variable, time) => new NewRelicSource(http, variable, time));
        Add(services, (_, variable, time) => new CommandSource(variable, time));
        services.AddSingleton<IMetricSource>(s => Guarded(s, new OtlpSource(s.GetRequiredService<OtlpStore>(), Environment.GetEnvironmentVariable, s.GetRequiredService<TimeProvider>())));
        services.AddSingleton<IMetricSource>(s => Guarded(s, new SignalSource(key => s.GetRequiredService<SlipwayEngine>().Snapshot(key.Project)?.Active(key.Name))));
    }

    private static bool HasOtlp(SlipwayEngine engine) => engine.Projects.Any(p => engine.Snapshot(p)?.Configuration.Sources.Any(s => s.Kind == "otlp") == true);

    private static void Add(IServiceCollection services, Func<SourceHttp, Func<string, string?>, TimeProvider, IMetricSource> make) =>
        services.AddSingleton<IMetricSource>(s => Guarded(s, make(s.GetRequiredService<SourceHttp>(), Environment.GetEnvironmentVariable, s.GetRequiredService<TimeProvider>())));

    /// <summary>A source that hangs holds up no other.</summary>
    private static GuardedMetricSource Guarded(IServiceProvider services, IMetricSource source) => new GuardedMetricSource(source, services.GetRequiredService<TimeProvider>());
}
