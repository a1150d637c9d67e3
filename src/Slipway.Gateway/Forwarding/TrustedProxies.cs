using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Slipway.Gateway.Forwarding;

/// <summary>Proxies in front of the gateway whose word on a client's address is taken.</summary>
internal sealed class TrustedProxies(IReadOnlyList<IPNetwork> networks)
{
    public const string ForwardedFor = "X-Forwarded-For";

    private readonly IPNetwork[] _networks = [.. networks];

    public bool Contains(IPAddress? peer)
    {
        if (peer is null)
            return false;
        foreach (var network in _networks)
        {
            if (network.Contains(peer))
                return true;
        }

        return false;
    }

    /// <summary>The client's address: the peer, or what trusted proxies say of it, read from the right up to the first that is not trusted.</summary>
    public IPAddress? ClientOf(HttpContext context)
    {
        var client = context.Connection.RemoteIpAddress;
        if (client is { IsIPv4MappedToIPv6: true })
            client = client.MapToIPv4();
        if (_networks.Length == 0 || !Contains(client) || !context.Request.Headers.TryGetValue(ForwardedFor, out var chain))
            return client;
        return Through(chain, client);
    }

    private IPAddress? Through(StringValues chain, IPAddress? client)
    {
        var hops = string.Join(',', chain.ToArray()).Split(',', StringSplitOptions.TrimEntries);
        for (var i = hops.Length - 1; i >= 0 && Contains(client); i--)
        {
            if (!IPAddress.TryParse(hops[i], out var hop))
                break;
            client = hop;
        }

        return client;
    }
}
