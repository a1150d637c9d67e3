using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Yarp.ReverseProxy.Forwarder;

namespace Slipway.Gateway.Forwarding;

/// <summary>Copies requests to one version and answers back: adds the forwarding headers on the way in and the version's name on the way out.</summary>
internal sealed class SideTransformer(EnvironmentName environment, CandidateId candidate, Surroundings around) : HttpTransformer
{
    private static readonly UriCreationOptions AsWritten = new() { DangerousDisablePathAndQueryCanonicalization = true };

    private readonly StringValues _environment = environment.Value;
    private readonly StringValues _version = candidate.Value;

    /// <summary>Puts the version's name on a response, in place of whatever the version called itself.</summary>
    public void Sign(HttpResponse response)
    {
        response.Headers[VersionHeaders.Version] = _version;
        response.Headers[VersionHeaders.Environment] = _environment;
    }

    public override ValueTask TransformRequestAsync(HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        var copied = base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
        proxyRequest.RequestUri = Destination(httpContext, destinationPrefix);
        ForwardedHeaders.Add(httpContext, proxyRequest.Headers, around.Trusted);
        return copied;
    }

    public override async ValueTask<bool> TransformResponseAsync(HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        var hasBody = await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
        Sign(httpContext.Response);
        if (proxyResponse is { StatusCode: System.Net.HttpStatusCode.SwitchingProtocols })
            httpContext.Features.Set(new Upgraded(around.Time.GetTimestamp()));
        return hasBody;
    }

    public override ValueTask TransformResponseTrailersAsync(HttpContext httpContext, HttpResponseMessage proxyResponse, CancellationToken cancellationToken)
    {
        // Only a request with a body can fail after its answer is complete.
        if (proxyResponse.RequestMessage?.Content is not null)
            httpContext.Features.Set(AnswerComplete.Instance);
        return base.TransformResponseTrailersAsync(httpContext, proxyResponse, cancellationToken);
    }

    /// <summary>
    /// The target exactly as the client wrote it: an encoded slash stays one, which rebuilding from the decoded path would lose. Null, so
    /// that the forwarder rebuilds it, for the rare forms that are not a path.
    /// </summary>
    private static Uri? Destination(HttpContext context, string prefix)
    {
        var target = context.Features.Get<IHttpRequestFeature>()?.RawTarget;
        return target is ['/', ..] ? new(prefix + target, AsWritten) : null;
    }
}

/// <summary>Marks a request whose whole answer has come through, whatever became of its own body.</summary>
internal sealed class AnswerComplete
{
    public static readonly AnswerComplete Instance = new();
}

/// <summary>Marks a request that became a websocket or the like: its answer was the handshake, however long the conversation lasts.</summary>
/// <param name="At">Timestamp of the handshake.</param>
internal sealed record Upgraded(long At);
