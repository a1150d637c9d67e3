using Slipway.Core.Traffic;

namespace Slipway.Gateway.Routing;

/// <summary>Reads the key of a request's user, where the service says it is.</summary>
internal static class UserKey
{
    /// <summary>Room for any address as text, with its scope.</summary>
    public const int AddressChars = 65;

    /// <summary>The key, or empty when the request has none.</summary>
    /// <param name="scratch">At least <see cref="AddressChars"/> long; the key may lie in it.</param>
    public static ReadOnlySpan<char> Read(UserKeySource source, in RequestFacts facts, Span<char> scratch) => source.Kind switch
    {
        UserKeyKind.Cookie => CookieHeader.Find(facts.Headers.Cookie, source.Name),
        UserKeyKind.Header => facts.Headers.TryGetValue(source.Name, out var values) && values.Count > 0 ? values[0] : default,
        _ => facts.Client is { } client && client.TryFormat(scratch, out var written) ? scratch[..written] : default,
    };
}
