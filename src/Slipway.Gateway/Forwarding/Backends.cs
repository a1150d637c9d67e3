using System.Net;
using System.Text;

namespace Slipway.Gateway.Forwarding;

/// <summary>The connections to the versions: a plain pool, that neither follows, stores, decodes nor adds anything of its own.</summary>
internal static class Backends
{
    public static HttpMessageInvoker Connect() => new(
        new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(60),

            // So that a change of a name's address is noticed; a version's address normally is a number.
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),

            // As Kestrel reads them: a header that is not plain ASCII passes unchanged, and is the same user key here as in an SDK.
            RequestHeaderEncodingSelector = static (_, _) => Encoding.UTF8,
            ResponseHeaderEncodingSelector = static (_, _) => Encoding.UTF8,
        },
        disposeHandler: true);
}
