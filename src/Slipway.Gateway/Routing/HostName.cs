namespace Slipway.Gateway.Routing;

/// <summary>Reads the name out of a Host header.</summary>
internal static class HostName
{
    /// <summary>Without port and without the root's dot: <c>Shop.local.:8080</c> gives <c>Shop.local</c>, <c>[::1]:80</c> gives <c>[::1]</c>.</summary>
    public static ReadOnlySpan<char> Of(ReadOnlySpan<char> header)
    {
        var end = header.StartsWith("[") ? header.IndexOf(']') + 1 : header.IndexOf(':');
        return (end > 0 ? header[..end] : header).TrimEnd('.');
    }
}
