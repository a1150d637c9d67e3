using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Slipway.Testing;
using Slipway.Testing.Servers;

namespace Slipway.Integrations.Tests.Metrics;

/// <summary>
/// A real Prometheus that scrapes a real app. Requests to the app count what they say they are; a restart forgets all counts, as that of a service does.
/// </summary>
public sealed class ScrapedShop : IAsyncLifetime
{
    private static readonly double[] Bounds = [0.1, 0.2, 0.4, 0.8];

    private readonly HttpClient _http = new();
    private ConcurrentDictionary<(string Version, string Code), long> _requests = new();
    private ConcurrentDictionary<(string Version, double Bound), long> _buckets = new();
    private WebApplication _app = null!;
    private PrometheusServer _prometheus = null!;
    private int _port;
    private int _scrapes;
    private int _nativeScrapes;

    /// <summary>Where Prometheus answers.</summary>
    public string Address => _prometheus.Address;

    /// <summary>A native histogram with a scale of 3; bucket <c>i</c> is above <c>2^(i/8)</c> seconds.</summary>
    public ConcurrentDictionary<int, long> Native { get; private set; } = new();

    public async ValueTask InitializeAsync()
    {
        await UpAsync();
        _prometheus = await PrometheusServer.StartAsync($"127.0.0.1:{_port}", $"localhost:{_port}");
    }

    public async ValueTask DisposeAsync()
    {
        await _prometheus.DisposeAsync();
        await _app.DisposeAsync();
        _http.Dispose();
    }

    /// <summary>Asks the app so often.</summary>
    public async Task ServeAsync(string version, string code, int times, double seconds = 0.15)
    {
        for (var i = 0; i < times; i++)
            await _http.GetAsync(new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_port}/buy?version={version}&code={code}&seconds={seconds}")));
    }

    /// <summary>Ends the app, and starts it again with nothing counted.</summary>
    public async Task RestartAsync()
    {
        await _app.DisposeAsync();
        (_requests, _buckets, Native) = (new(), new(), new());
        await UpAsync();
    }

    /// <summary>Waits until all that was counted so far is stored; returns an instant after that and before anything else.</summary>
    public async Task<DateTimeOffset> ScrapedAsync()
    {
        // The second scrape begins when the first is stored. The app is two targets, which are scraped in turns of their own.
        var (text, native) = (_scrapes, _nativeScrapes);
        await Eventually.IsAsync("both targets were scraped twice", () => _scrapes >= text + 2 && _nativeScrapes >= native + 2);
        return DateTimeOffset.UtcNow;
    }

    private async Task UpAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, _port));
        _app = builder.Build();
        _app.MapGet("/buy", (string version, string code, double seconds) => Buy(version, code, seconds));
        _app.MapGet("/metrics", context => context.Request.Host.Host == "localhost" ? NativeAsync(context) : TextAsync(context));
        await _app.StartAsync();
        _port = new Uri(_app.Urls.First()).Port;
    }

    private IResult Buy(string version, string code, double seconds)
    {
        _requests.AddOrUpdate((version, code), 1, (_, n) => n + 1);
        foreach (var bound in Bounds.Append(double.PositiveInfinity))
            _buckets.AddOrUpdate((version, bound), seconds <= bound ? 1 : 0, (_, n) => n + (seconds <= bound ? 1 : 0));
        return Results.StatusCode(int.Parse(code, CultureInfo.InvariantCulture));
    }

    private async Task TextAsync(HttpContext context)
    {
        StringBuilder text = new("# TYPE http_requests_total counter\n");
        foreach (var ((version, code), count) in _requests)
            text.Append(CultureInfo.InvariantCulture, $"http_requests_total{{version=\"{version}\",code=\"{code}\"}} {count}\n");
        text.Append("# TYPE http_seconds histogram\n");
        foreach (var ((version, bound), count) in _buckets)
            text.Append(CultureInfo.InvariantCulture, $"http_seconds_bucket{{version=\"{version}\",le=\"{(double.IsFinite(bound) ? bound.ToString(CultureInfo.InvariantCulture) : "+Inf")}\"}} {count}\n");
        context.Response.ContentType = "text/plain; version=0.0.4";
        await context.Response.WriteAsync(text.ToString());
        Interlocked.Increment(ref _scrapes);
    }

    private async Task NativeAsync(HttpContext context)
    {
        context.Response.ContentType = "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited";
        await context.Response.Body.WriteAsync(NativeExposition.Write("http_native_seconds", 3, Native));
        Interlocked.Increment(ref _nativeScrapes);
    }
}

[CollectionDefinition(Name)]
public sealed class ScrapedShopCollection : ICollectionFixture<ScrapedShop>
{
    public const string Name = "Prometheus";
}
