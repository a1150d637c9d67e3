using System.Globalization;
using System.Net;

namespace Slipway.Serving;

/// <summary>Addresses to listen on, as people write them.</summary>
internal static class EndPoints
{
    /// <summary><c>127.0.0.1:7070</c>, <c>[::1]:7070</c>, <c>localhost:7070</c>, <c>:7070</c> or <c>7070</c> (both loopback); null when it is none.</summary>
    public static IPEndPoint? Parse(string text)
    {
        var (host, port) = Split(text);
        if (!int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > IPEndPoint.MaxPort)
            return null;
        return host switch
        {
            "" or "localhost" => new IPEndPoint(IPAddress.Loopback, number),
            _ => IPAddress.TryParse(host, out var address) ? new IPEndPoint(address, number) : null,
        };
    }

    private static (string Host, string Port) Split(string text)
    {
        var colon = text.LastIndexOf(':');
        return colon < 0 ? ("", text) : (text[..colon].Trim('[', ']'), text[(colon + 1)..]);
    }
}
