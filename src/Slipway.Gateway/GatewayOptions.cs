using System.Collections.Immutable;
using System.Net;
using Slipway.Core.Configuration;

namespace Slipway.Gateway;

/// <summary>How a gateway listens and forwards.</summary>
public sealed record GatewayOptions
{
    /// <summary>Where to listen: <c>http://127.0.0.1:7080</c>, <c>http://[::]:80</c> or <c>0.0.0.0:80</c>. Loopback unless said otherwise; port 0 takes a free one.</summary>
    public ImmutableArray<string> Listen { get; init; } = ["http://127.0.0.1:7080"];

    /// <summary>How long a version or a client may be silent before the request is broken off. 1 ms to 1 day; the default is that of the usual proxies.</summary>
    public TimeSpan ActivityTimeout { get; init; } = TimeSpan.FromSeconds(100);

    /// <summary>Networks, such as <c>10.0.0.0/8</c>, whose <c>X-Forwarded-For</c> is believed. None unless said otherwise.</summary>
    public ImmutableArray<string> TrustedProxies { get; init; } = [];

    /// <summary>Where a gateway that runs alone keeps its last route table. Null: nowhere, and after a restart nothing is served until the server answers.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>Everything wrong with the options, each with its key; empty when they can be used.</summary>
    public ImmutableArray<Problem> Problems() =>
    [
        .. Listen.IsDefaultOrEmpty ? [NoAddress] : Listen.SelectMany(ListenProblem),
        .. ActivityTimeout < TimeSpan.FromMilliseconds(1) || ActivityTimeout > TimeSpan.FromDays(1) ? [TimeoutProblem] : Array.Empty<Problem>(),
        .. TrustedProxies.IsDefaultOrEmpty ? [] : TrustedProxies.SelectMany(ProxyProblem),
        .. DataDirectory is not null && File.Exists(DataDirectory) ? [DirectoryProblem] : Array.Empty<Problem>(),
    ];

    internal IEnumerable<IPEndPoint> Endpoints() => Listen.Select(text => Endpoint(text)!);

    /// <summary>Those that can be read; the others are among the <see cref="Problems"/>.</summary>
    internal IReadOnlyList<IPNetwork> TrustedNetworks() => TrustedProxies.IsDefaultOrEmpty
        ? []
        : [.. TrustedProxies.Where(p => IPNetwork.TryParse(p, out _)).Select(p => IPNetwork.Parse(p))];

    private static Problem NoAddress => new("SLIP0601", "gateway.listen", "no address is given", "give at least one, such as http://127.0.0.1:7080");

    private Problem TimeoutProblem =>
        new("SLIP0602", "gateway.activityTimeout", $"{ActivityTimeout} is out of range", "give between 1 ms and 1 day, such as 00:01:40");

    private Problem DirectoryProblem =>
        new("SLIP0604", "gateway.dataDirectory", $"'{DataDirectory}' is a file", "give a directory, which is made when it is not there");

    private static IEnumerable<Problem> ListenProblem(string text, int index) => Endpoint(text) is not null
        ? []
        : [new("SLIP0601", $"gateway.listen[{index}]", $"'{text}' is not an address to listen on", "write it like http://127.0.0.1:7080 or 0.0.0.0:80; put a TLS proxy in front for https")];

    private static IEnumerable<Problem> ProxyProblem(string text, int index) => IPNetwork.TryParse(text, out _)
        ? []
        : [new("SLIP0603", $"gateway.trustedProxies[{index}]", $"'{text}' is not a network", "write it like 10.0.0.0/8, or 10.0.0.7/32 for one machine")];

    private static IPEndPoint? Endpoint(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttp)
            return text.Contains(':', StringComparison.Ordinal) && IPEndPoint.TryParse(text, out var plain) ? plain : null;
        if (uri.PathAndQuery != "/")
            return null;
        if (uri.Host == "localhost")
            return new(IPAddress.Loopback, uri.Port);
        return IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address) ? new(address, uri.Port) : null;
    }
}
