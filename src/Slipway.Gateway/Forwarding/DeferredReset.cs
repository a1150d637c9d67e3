using Microsoft.AspNetCore.Http.Features;

namespace Slipway.Gateway.Forwarding;

/// <summary>
/// Stands in for the forwarder's abort of a broken answer, which the handler then does itself: after an abort nobody could tell any more
/// whether it was the client that went away.
/// </summary>
internal sealed class DeferredReset : IHttpResetFeature
{
    public static readonly DeferredReset Instance = new();

    public void Reset(int errorCode)
    {
    }
}
