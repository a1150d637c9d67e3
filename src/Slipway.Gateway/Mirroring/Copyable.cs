using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Slipway.Gateway.Mirroring;

/// <summary>Which requests can be copied without doing anything twice, and without holding on to more than a little of them.</summary>
internal static class Copyable
{
    /// <summary>The longest body, in bytes, that is kept to be sent again.</summary>
    public const int LargestBody = 64 * 1024;

    public static bool Is(HttpContext context)
    {
        var request = context.Request;
        return IsSafe(request.Method)
            && StringValues.IsNullOrEmpty(request.Headers.Upgrade)
            && !request.Headers.ContainsKey(MirrorHeader.Name)
            && !request.Headers.Accept.ToString().Contains("text/event-stream", StringComparison.OrdinalIgnoreCase)
            && BodyOf(context) is not null
            && context.Features.Get<IHttpRequestFeature>()?.RawTarget is ['/', ..];
    }

    /// <summary>How long the request's body is, in bytes; null when it is too long or nobody knows beforehand.</summary>
    public static int? BodyOf(HttpContext context) => context.Request.ContentLength switch
    {
        { } length => length <= LargestBody ? (int)length : null,
        null => context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true } ? null : 0,
    };

    /// <summary>Safe methods (RFC 9110, section 9.2.1) ask for nothing to be changed. TRACE is one too, and of no use here.</summary>
    private static bool IsSafe(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method);
}
