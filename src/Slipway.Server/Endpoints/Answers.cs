using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Slipway.Api;
using Slipway.Core.Configuration;
using Slipway.Engine;
using Slipway.Engine.Ports;
using Slipway.Storage;

namespace Slipway.Server.Endpoints;

/// <summary>Results as HTTP answers; problems as problem details with a stable code.</summary>
internal static class Answers
{
    public static IResult Of<T>(Result<T> result, Func<T, object> view) => result.Ok ? Results.Ok(view(result.Value)) : Problem(result.Problem);

    public static IResult Problem(Problem problem) => Problem(Status(problem.Code), Item(problem));

    public static IResult Problem(IEnumerable<Problem> problems) => Problem(StatusCodes.Status400BadRequest, [.. problems.Select(Item)]);

    public static IResult Problem(int status, params IReadOnlyList<ProblemItem> problems) => Results.Json(
        new ProblemResponse { Title = problems[0].Message, Status = status, Detail = problems[0].Remedy, Type = $"urn:slipway:{problems[0].Code}", Problems = problems },
        contentType: "application/problem+json", statusCode: status);

    /// <summary>What a fault of ours, or a request that cannot be read, is told as; the log has the rest.</summary>
    public static Task FaultAsync(HttpContext context)
    {
        var answer = context.Features.Get<IExceptionHandlerFeature>()?.Error switch
        {
            BadHttpRequestException unreadable => Problem(unreadable.StatusCode, new ProblemItem("SLIP0208", "request", unreadable.Message, "send what the API's description at /openapi/v1.json asks for")),
            StoreException store => Problem(StatusCodes.Status503ServiceUnavailable, Item(store.Problem)),
            HistoryException history => Problem(StatusCodes.Status503ServiceUnavailable, Item(history.Problem)),
            _ => Problem(StatusCodes.Status500InternalServerError, new ProblemItem("SLIP0209", "server", "the server could not do it; nothing was half done", "look at the server's log, and try again")),
        };
        return answer.ExecuteAsync(context);
    }

    /// <summary>A path below the API that leads nowhere.</summary>
    public static IResult Nothing(HttpRequest request) =>
        Problem(StatusCodes.Status404NotFound, new ProblemItem("SLIP0205", request.Path, "there is nothing at this path", "see the API's description at /openapi/v1.json"));

    private static ProblemItem Item(Problem p) => new(p.Code, p.Place, p.Message, p.Remedy);

    private static int Status(string code) => code switch
    {
        "SLIP0202" or "SLIP0203" or "SLIP0204" or "SLIP0205" => StatusCodes.Status404NotFound,
        "SLIP0210" => StatusCodes.Status410Gone,
        _ when code.StartsWith("SLIP01", StringComparison.Ordinal) => StatusCodes.Status400BadRequest,
        "SLIP0206" or "SLIP0207" or "SLIP0305" => StatusCodes.Status400BadRequest,
        _ => StatusCodes.Status409Conflict,
    };
}
