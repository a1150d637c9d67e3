using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Api;
using Slipway.Core;
using Slipway.Core.Configuration;
using Slipway.Core.Deployments;
using Slipway.Engine;
using Slipway.Engine.Ports;
using Slipway.Server.Views;

namespace Slipway.Server.Endpoints;

/// <summary>Deployments, under way or long ended.</summary>
internal static class DeploymentEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/deployments/{id}", ShowAsync).WithName("GetDeployment").WithSummary("One deployment.").Produces<DeploymentStatus>().Produces<ProblemResponse>(404);
        api.MapGet("/deployments/{id}/explain", ExplainAsync).WithName("ExplainDeployment").WithSummary("Why a deployment is where it is and what would change it.").Produces<ExplainResponse>().Produces<ProblemResponse>(404);
        api.MapGet("/deployments/{id}/windows", WindowsAsync).WithName("GetDeploymentWindows").WithSummary("What the checks of a deployment saw, in order, a page at a time.").Produces<WindowsResponse>().Produces<ProblemResponse>(404);
    }

    private static async Task<IResult> ShowAsync(string id, SlipwayEngine engine, TimeProvider time, CancellationToken cancellationToken) =>
        await engine.FindAsync(new DeploymentId(id), cancellationToken) is { } deployment ? Results.Ok(DeploymentView.Of(deployment, engine, time.GetUtcNow())) : None(id);

    private static async Task<IResult> ExplainAsync(string id, SlipwayEngine engine, IEventStore store, TimeProvider time, CancellationToken cancellationToken) =>
        await engine.FindAsync(new DeploymentId(id), cancellationToken) is { } deployment ? Results.Ok(await ExplainView.OfAsync(deployment, engine, store, time.GetUtcNow(), cancellationToken)) : None(id);

    private static async Task<IResult> WindowsAsync(string id, int? after, SlipwayEngine engine, CancellationToken cancellationToken)
    {
        DeploymentId deployment = new(id);
        if (await engine.FindAsync(deployment, cancellationToken) is null)
            return None(id);
        try
        {
            var page = await engine.WindowsAsync(deployment, Math.Max(0, after ?? 0), cancellationToken);
            return Results.Ok(new WindowsResponse(id, [.. page.Windows.Select(w => JsonSerializer.SerializeToElement(w, SlipwayJson.Options))], page.Next));
        }
        catch (FormatException e)
        {
            return Answers.Problem(new Problem("SLIP0526", $"deployment {id}", e.Message, "use a Slipway at least as new as the one that recorded them, or restore a backup"));
        }
    }

    private static IResult None(string id) => Answers.Problem(new Problem("SLIP0205", "deployments", $"there is no deployment '{id}'", "ids look like shop.canary.3; see `slipway status`"));
}
