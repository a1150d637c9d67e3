using System.Collections.Frozen;
using System.Net;
using Microsoft.AspNetCore.Http;
using Slipway.Core.Traffic;

namespace Slipway.Gateway.Routing;

/// <summary>An <see cref="AudienceRule"/> made ready to be asked for every request.</summary>
internal sealed class AudienceMatcher
{
    private readonly NameValue[] _headers;
    private readonly NameValue[] _cookies;
    private readonly IPNetwork[] _networks;
    private readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _users;

    /// <exception cref="FormatException">A network is not written as <c>10.0.0.0/8</c>.</exception>
    public AudienceMatcher(AudienceRule rule)
    {
        _headers = [.. rule.Headers];
        _cookies = [.. rule.Cookies];
        _networks = [.. rule.Cidrs.Select(Network)];
        _users = rule.Users.ToFrozenSet(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <param name="user">Empty when the request has no user key.</param>
    public bool Matches(in RequestFacts facts, ReadOnlySpan<char> user) =>
        HasHeader(facts.Headers) || HasCookie(facts.Headers) || ComesFrom(facts.Client) || (!user.IsEmpty && _users.Contains(user));

    private static IPNetwork Network(string cidr) => IPNetwork.TryParse(cidr, out var network)
        ? network
        : throw new FormatException($"route table: '{cidr}' is not a network; write it like 10.0.0.0/8 or fd00::/8");

    private bool HasHeader(IHeaderDictionary headers)
    {
        foreach (var wanted in _headers)
        {
            if (!headers.TryGetValue(wanted.Name, out var values))
                continue;
            for (var i = 0; i < values.Count; i++)
            {
                if (string.Equals(values[i], wanted.Value, StringComparison.Ordinal))
                    return true;
            }
        }

        return false;
    }

    private bool HasCookie(IHeaderDictionary headers)
    {
        foreach (var wanted in _cookies)
        {
            if (CookieHeader.Find(headers.Cookie, wanted.Name).SequenceEqual(wanted.Value))
                return true;
        }

        return false;
    }

    private bool ComesFrom(IPAddress? client)
    {
        if (client is null)
            return false;
        foreach (var network in _networks)
        {
            if (network.Contains(client))
                return true;
        }

        return false;
    }
}
