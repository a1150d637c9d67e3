using System.Net;
using Microsoft.AspNetCore.Http;

namespace Slipway.Gateway.Routing;

/// <summary>All that the choice of a version looks at.</summary>
/// <param name="host">The Host header, with or without a port.</param>
/// <param name="headers">The request's headers.</param>
/// <param name="client">The client's address, already seen through trusted proxies; null when it is not known.</param>
/// <param name="path">The path, without its escapes; nothing is chosen by it, it only tells what is counted apart.</param>
internal readonly ref struct RequestFacts(ReadOnlySpan<char> host, IHeaderDictionary headers, IPAddress? client, ReadOnlySpan<char> path = default)
{
    public ReadOnlySpan<char> Host { get; } = host;

    public IHeaderDictionary Headers { get; } = headers;

    public IPAddress? Client { get; } = client;

    public ReadOnlySpan<char> Path { get; } = path;
}
