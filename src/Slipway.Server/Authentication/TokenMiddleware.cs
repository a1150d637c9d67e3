using Microsoft.AspNetCore.Http;
using Slipway.Api;
using Slipway.Server.Endpoints;

namespace Slipway.Server.Authentication;

/// <summary>Everything below <c>/api</c> needs the token; health, metrics, the page's files and the API's description do not.</summary>
internal sealed class TokenMiddleware(RequestDelegate next, ApiToken token)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (!context.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase) || token.Matches(Presented(context.Request)))
            return next(context);
        context.Response.Headers.WWWAuthenticate = "Bearer";
        return Answers.Problem(StatusCodes.Status401Unauthorized, new ProblemItem("SLIP0402", "header Authorization", "the API token is missing or wrong",
            "send `Authorization: Bearer …` with the content of the file `token` in the server's data directory (`--token`, or SLIPWAY_TOKEN for the command line)")).ExecuteAsync(context);
    }

    private static string? Presented(HttpRequest request) =>
        request.Headers.Authorization.ToString() is var header && header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? header["Bearer ".Length..].Trim() : null;
}
