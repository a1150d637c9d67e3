using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using Slipway.Core;
using Slipway.Core.Traffic;

namespace Slipway.Gateway.Agent;

/// <summary>The two calls a gateway makes to its server. Where there are several, the next is asked after one has failed.</summary>
internal sealed class ServerLink : IDisposable
{
    /// <summary>Far above any sensible table or answer; keeps a wrong server from filling the memory.</summary>
    private const long LargestAnswerBytes = 64 * 1024 * 1024;

    private readonly HttpClient _client;
    private readonly string _self;
    /// <summary>How long a server may take to answer before another one is asked: one that hangs must not keep routes and counts from their owner.</summary>
    private static readonly TimeSpan PatienceAmongSeveral = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan WaitAmongSeveral = TimeSpan.FromSeconds(1);

    private readonly TimeSpan _wait;
    private readonly ImmutableArray<Uri> _servers;
    private int _current;

    public ServerLink(GatewayAgentOptions options)
    {
        var several = !options.AlsoServers.IsEmpty;
        _wait = several ? WaitAmongSeveral : options.Wait;
        _servers = [.. options.AlsoServers.Prepend(options.Server).Select(s => new Uri(s.AbsoluteUri.TrimEnd('/') + "/"))];
        _self = $"api/v1/gateways/{Uri.EscapeDataString(options.Gateway)}";
        _client = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(5), PooledConnectionLifetime = TimeSpan.FromMinutes(10) })
        {
            Timeout = several ? WaitAmongSeveral + PatienceAmongSeveral : options.Wait + TimeSpan.FromSeconds(15),
            MaxResponseContentBufferSize = LargestAnswerBytes,
        };
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", options.Token);
    }

    /// <summary>A table of a higher version, as soon as there is one; null when there was none for the time of waiting.</summary>
    /// <exception cref="HttpRequestException">The server is away or answered something else.</exception>
    public async Task<RouteTable?> NewerAsync(long version, CancellationToken cancellation)
    {
        using var response = await AskAsync(server => _client.GetAsync(new Uri(server, FormattableString.Invariant($"{_self}/routes?after={version}&wait={(int)_wait.TotalSeconds}")), cancellation));
        return response.StatusCode == HttpStatusCode.NoContent
            ? null
            : await response.Content.ReadFromJsonAsync<RouteTable>(SlipwayJson.Options, cancellation);
    }

    /// <returns>False when the server will never take it, so that sending it again is of no use.</returns>
    /// <exception cref="HttpRequestException">The server is away or did not take it this time.</exception>
    public async Task<bool> ReportAsync(GatewayReport report, CancellationToken cancellation)
    {
        using var response = await AskAsync(server => _client.PostAsJsonAsync(new Uri(server, $"{_self}/reports"), report, SlipwayJson.Options, cancellation));
        return !IsRefused(response.StatusCode);
    }

    private static bool IsRefused(HttpStatusCode status) => status is HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.UnprocessableEntity;

    /// <summary>A server that does not answer, or not well, is not asked again before the others were.</summary>
    private async Task<HttpResponseMessage> AskAsync(Func<Uri, Task<HttpResponseMessage>> call)
    {
        var asked = Volatile.Read(ref _current);
        try
        {
            var response = await call(_servers[asked]);
            return IsRefused(response.StatusCode) ? response : response.EnsureSuccessStatusCode();
        }
        catch (Exception e) when (e is HttpRequestException or SocketException or TaskCanceledException)
        {
            // Of two calls that fail at the same time, one moves on.
            Interlocked.CompareExchange(ref _current, (asked + 1) % _servers.Length, asked);
            // A connection that is reset while it is being made comes as it is from the HTTP client.
            if (e is SocketException)
                throw new HttpRequestException(HttpRequestError.ConnectionError, e.Message, e);
            throw;
        }
    }

    public void Dispose() => _client.Dispose();
}
