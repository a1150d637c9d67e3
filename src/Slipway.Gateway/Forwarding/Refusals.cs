using Microsoft.AspNetCore.Http;
using Slipway.Core.Projects;
using Slipway.Gateway.Counting;
using Slipway.Gateway.Routing;

namespace Slipway.Gateway.Forwarding;

/// <summary>The answers that the gateway gives itself: one plain sentence each.</summary>
internal static class Refusals
{
    /// <summary>503: no service has the host, or nothing that could answer is deployed.</summary>
    public static Task NothingDeployedAsync(HttpContext context, ProjectId? project)
    {
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        var host = context.Request.Headers.Host.ToString();
        return WriteAsync(context, project is { } known
            ? $"Nothing is deployed for '{host}': no environment of {known} has a version for this request. Deploy one, or give an environment the rest of the traffic.\n"
            : $"Nothing is deployed for '{host}': no project has this host. Add it to a project's service.\n");
    }

    /// <summary>The status is the forwarder's: 502, 504, or 4xx for a request that could not be read.</summary>
    public static Task FailedAsync(HttpContext context, RoutedSide side, Ending ending)
    {
        side.Transformer.Sign(context.Response);
        if (ending != Ending.NoAnswer)
            return Task.CompletedTask;
        var what = context.Response.StatusCode == StatusCodes.Status504GatewayTimeout ? "did not answer in time" : "gave no answer";
        return WriteAsync(context, $"{side.Environment} {side.Candidate} {what}.\n");
    }

    private static Task WriteAsync(HttpContext context, string sentence)
    {
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.WriteAsync(sentence);
    }
}
