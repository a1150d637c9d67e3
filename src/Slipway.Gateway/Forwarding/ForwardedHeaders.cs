using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;

namespace Slipway.Gateway.Forwarding;

/// <summary>Tells a version who asked: what a trusted proxy said is kept and added to, what anybody else said is replaced.</summary>
internal static class ForwardedHeaders
{
    private const string Proto = "X-Forwarded-Proto";
    private const string Host = "X-Forwarded-Host";

    /// <param name="outgoing">Already holds a copy of the incoming headers.</param>
    public static void Add(HttpContext context, HttpRequestHeaders outgoing, TrustedProxies proxies)
    {
        var peer = context.Connection.RemoteIpAddress;
        var trusted = proxies.Contains(peer);
        var incoming = context.Request.Headers;
        if (!trusted && incoming.ContainsKey(TrustedProxies.ForwardedFor))
            outgoing.Remove(TrustedProxies.ForwardedFor);
        if (peer is not null)
            outgoing.TryAddWithoutValidation(TrustedProxies.ForwardedFor, peer.ToString());
        Set(Proto, context.Request.Scheme);
        Set(Host, incoming.Host.ToString());

        void Set(string name, string value)
        {
            if (incoming.ContainsKey(name))
            {
                if (trusted)
                    return;
                outgoing.Remove(name);
            }

            outgoing.TryAddWithoutValidation(name, value);
        }
    }
}
