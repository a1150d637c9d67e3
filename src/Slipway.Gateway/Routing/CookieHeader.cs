using Microsoft.Extensions.Primitives;

namespace Slipway.Gateway.Routing;

/// <summary>Finds one cookie in a Cookie header (RFC 6265, section 4.2.1) without copying anything.</summary>
internal static class CookieHeader
{
    /// <summary>The value exactly as sent, of the first cookie of that name (case counts); empty when there is none.</summary>
    public static ReadOnlySpan<char> Find(StringValues header, ReadOnlySpan<char> name)
    {
        for (var i = 0; i < header.Count; i++)
        {
            if (Find(header[i].AsSpan(), name, out var value))
                return value;
        }

        return default;
    }

    private static bool Find(ReadOnlySpan<char> line, ReadOnlySpan<char> name, out ReadOnlySpan<char> value)
    {
        while (!line.IsEmpty)
        {
            var end = line.IndexOf(';');
            var pair = (end < 0 ? line : line[..end]).Trim(' ');
            line = end < 0 ? default : line[(end + 1)..];
            if (pair.Length > name.Length && pair[name.Length] == '=' && pair.StartsWith(name, StringComparison.Ordinal))
            {
                value = pair[(name.Length + 1)..];
                return true;
            }
        }

        value = default;
        return false;
    }
}
