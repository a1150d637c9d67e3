using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Slipway.Core.Traffic;
using Slipway.Gateway.Counting;
using Slipway.Gateway.Routing;

namespace Slipway.Gateway.Tests;

/// <summary>A gateway on a free port of loopback and a client of it. Its clock stands still unless it is told otherwise.</summary>
internal sealed class Front : IAsyncDisposable
{
    private readonly GatewayHost _host;

    private Front(GatewayHost host)
    {
        _host = host;
        Client = new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false, UseProxy = false }) { BaseAddress = new(host.Addresses.Single()) };
    }

    public static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    public HttpClient Client { get; }

    public RouteTableHolder Routes => _host.Routes;

    public TrafficCounter Counter => _host.Counter;

    public static async Task<Front> StartAsync(GatewayOptions? options = null, TimeProvider? time = null)
    {
        var host = new GatewayHost((options ?? new()) with { Listen = ["http://127.0.0.1:0"] }, NullLoggerFactory.Instance, time ?? new FakeTimeProvider(Noon));
        Assert.Empty(await host.StartAsync(CancellationToken.None));
        return new(host);
    }

    /// <summary>A gateway with one environment, production, that takes everything.</summary>
    public static async Task<Front> StartAsync(Backend stable, Backend? candidate = null, int weight = 0, GatewayOptions? options = null, TimeProvider? time = null)
    {
        var front = await StartAsync(options, time);
        front.Routes.Publish(Production(1, stable.Address, candidate?.Address, weight));
        return front;
    }

    public static RouteTable Production(long version, string stable, string? candidate = null, int weight = 0) => Tables.Table(
        version,
        Tables.Service(Tables.Environment("production", new Slice.Rest(), "1", candidate is null ? null : "2", weight).At([stable], candidate is null ? null : [candidate])));

    public static HttpRequestMessage Request(string path = "/", string? uid = null, HttpMethod? method = null)
    {
        var request = new HttpRequestMessage(method ?? HttpMethod.Get, path);
        if (uid is not null)
            request.Headers.Add("Cookie", $"uid={uid}");
        return request;
    }

    public async Task<(int Status, string Body, string? Version, string? Environment)> GetAsync(string? uid = null, string path = "/")
    {
        using var request = Request(path, uid);
        using var response = await Client.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(), Header("x-slipway-version"), Header("x-slipway-environment"));

        string? Header(string name) => response.Headers.TryGetValues(name, out var values) ? string.Join('|', values) : null;
    }

    /// <summary>Waits until the version's requests have been counted, and gives the counts since the last time.</summary>
    public async Task<SideCounts> CountsAsync(string version = "1")
    {
        Assert.True(await Counter.WaitForDrainAsync(Tables.Key("production"), new(version), TimeSpan.FromMinutes(1), CancellationToken.None));
        return Counter.Close(Noon).Sides.Single(s => s.Candidate.Value == version);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _host.StopAsync(new CancellationToken(canceled: true));
        await _host.DisposeAsync();
    }
}
