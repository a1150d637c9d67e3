using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Api;
using Slipway.Core.Projects;
using Slipway.Engine;

namespace Slipway.Server.Endpoints;

/// <summary>What is observed and was not asked for: let it be, or put it back.</summary>
internal static class DriftEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var drift = api.MapGroup("/projects/{project}/environments/{environment}/drift").WithTags("DriftEndpoints");
        drift.MapPost("/accept", AcceptAsync).WithName("AcceptDrift").WithSummary("Lets the version that is observed to serve everyone be what shall serve.").Produces<ActionResponse>().Produces<ProblemResponse>(404).Produces<ProblemResponse>(409);
        drift.MapPost("/revert", RevertAsync).WithName("RevertDrift").WithSummary("Asks the router again for what should be served.").Produces<ActionResponse>().Produces<ProblemResponse>(404);
    }

    private static async Task<IResult> AcceptAsync(string project, string environment, ActionRequest request, SlipwayEngine engine, CancellationToken cancellationToken) =>
        Names.Asked(request.By, request.Reason) is { } missing ? Answers.Problem(missing)
        : Answers.Of(await engine.AcceptDriftAsync(Key(project, environment), request.By, request.Reason, cancellationToken), outcome => new ActionResponse(outcome.Said, null));

    private static async Task<IResult> RevertAsync(string project, string environment, ActionRequest request, SlipwayEngine engine, CancellationToken cancellationToken) =>
        Names.Asked(request.By, request.Reason) is { } missing ? Answers.Problem(missing)
        : Answers.Of(await engine.RevertDriftAsync(Key(project, environment), cancellationToken), outcome => new ActionResponse(
            outcome is Engine.Ports.RouteOutcome.Unconfirmed unconfirmed ? $"the router was asked again and has not confirmed: {unconfirmed.Why}" : $"{environment} is served as it should be", null));

    private static EnvironmentKey Key(string project, string environment) => new(new ProjectId(project), new EnvironmentName(environment));
}
