using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Slipway.Core;
using Slipway.Core.Traffic;

namespace Slipway.Gateway.Agent;

/// <summary>The two calls a gateway makes to its server.</summary>
internal sealed class ServerLink : IDisposable
{
    /// <summary>Far above any sensible table or answer; keeps a wrong server from filling the memory.</summary>
    private const long LargestAnswerBytes = 64 * 1024 * 1024;

    private readonly HttpClient _client;
    private readonly string _self;
    private readonly TimeSpan _wait;

    public ServerLink(GatewayAgentOptions options)
    {
        _wait = options.Wait;
        _self = $"api/v1/gateways/{Uri.EscapeDataString(options.Gateway)}";
        _client = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(5), PooledConnectionLifetime = TimeSpan.FromMinutes(10) })
        {
            BaseAddress = new(options.Server.AbsoluteUri.TrimEnd('/') + "/"),
            Timeout = options.Wait + TimeSpan.FromSeconds(15),
            MaxResponseContentBufferSize = LargestAnswerBytes,
        };
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", options.Token);
    }

    /// <summary>A table of a higher version, as soon as there is one; null when there was none for the time of waiting.</summary>
    /// <exception cref="HttpRequestException">The server is away or answered something else.</exception>
    public async Task<RouteTable?> NewerAsync(long version, CancellationToken cancellation)
    {
        using var response = await _client.GetAsync(new Uri(FormattableString.Invariant($"{_self}/routes?after={version}&wait={(int)_wait.TotalSeconds}"), UriKind.Relative), cancellation);
        response.EnsureSuccessStatusCode();
        return response.StatusCode == HttpStatusCode.NoContent
            ? null
            : await response.Content.ReadFromJsonAsync<RouteTable>(SlipwayJson.Options, cancellation);
    }

    /// <returns>False when the server will never take it, so that sending it again is of no use.</returns>
    /// <exception cref="HttpRequestException">The server is away or did not take it this time.</exception>
    public async Task<bool> ReportAsync(GatewayReport report, CancellationToken cancellation)
    {
        using var response = await _client.PostAsJsonAsync(new Uri($"{_self}/reports", UriKind.Relative), report, SlipwayJson.Options, cancellation);
        if (response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.UnprocessableEntity)
            return false;
        response.EnsureSuccessStatusCode();
        return true;
    }

    public void Dispose() => _client.Dispose();
}
