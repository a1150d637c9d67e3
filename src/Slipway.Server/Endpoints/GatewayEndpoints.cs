using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Api;
using Slipway.Cluster.Nodes;
using Slipway.Core;
using Slipway.Core.Configuration;
using Slipway.Core.Traffic;
using Slipway.Server.Gateways;

namespace Slipway.Server.Endpoints;

/// <summary>What gateways that run as processes of their own ask and tell.</summary>
internal static class GatewayEndpoints
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    public static void Map(IEndpointRouteBuilder api)
    {
        var gateways = api.MapGroup("/gateways/{gateway}");
        gateways.MapGet("/routes", RoutesAsync).WithName("GetRoutes").WithSummary("The route table, once it is newer than the one the gateway has (204 when nothing newer comes in time).").Produces<RouteTable>().Produces(204);
        gateways.MapPost("/reports", ReportAsync).WithName("ReportTraffic").WithSummary("Counts since the last report, and what the gateway serves. Repeats are dropped by boot and sequence.").Produces(204).Produces<ProblemResponse>(503);
    }

    private static async Task<IResult> RoutesAsync(string gateway, long? after, int? wait, GatewayHub hub, IHostApplicationLifetime lifetime, CancellationToken cancellationToken)
    {
        if (!Names.IsVersion(gateway))
            return Odd(gateway);
        var limit = TimeSpan.FromSeconds(Math.Clamp(wait ?? 0, 0, (int)LongestWait.TotalSeconds));
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        try
        {
            return await hub.NextAsync(gateway, after ?? 0, limit, either.Token) is { } table ? Results.Json(table, SlipwayJson.Options) : Results.NoContent();
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // A gateway that waits for routes does not hold up the end of the server.
            return Results.NoContent();
        }
    }

    private static async Task<IResult> ReportAsync(string gateway, GatewayReport report, GatewayHub hub, IServiceProvider services, CancellationToken cancellationToken)
    {
        if (!Names.IsVersion(gateway))
            return Odd(gateway);
        if (!IsSound(report))
            return Answers.Problem(StatusCodes.Status400BadRequest, new ProblemItem("SLIP0207", "report", "it has lists that are missing, or histograms, shards, routes or a region that cannot be", "use a gateway of the server's version"));
        hub.Take(gateway, report);
        return services.GetService<IReportRelay>() is not { } relay || await relay.HandOnAsync(gateway, report, cancellationToken)
            ? Results.NoContent()
            : Answers.Problem(StatusCodes.Status503ServiceUnavailable, new ProblemItem("SLIP0552", "report", "another server of the cluster did not take it", "send it again: those that have it drop the repeat"));
    }

    /// <summary>A report is believed in what it counts, not in how much memory its shape would take.</summary>
    private static bool IsSound(GatewayReport report) =>
        !report.Seconds.IsDefault && !report.InFlight.IsDefault && report.RoutesVersion is >= 0 and < long.MaxValue / 2
        && (report.Region is null || Strata.IsName(report.Region))
        && report.Seconds.All(s => !s.Sides.IsDefault && s.Sides.All(IsSound));

    private static bool IsSound(SideCounts side) => IsSound(side.Latency) && side.Shards is null or { IsSound: true } && side.Instances is null or { IsSound: true } && Strata.AreSound(side.Strata) && (side.Strata.IsDefault || side.Strata.All(s => IsSound(s.Latency)));

    private static bool IsSound(LatencyHistogram latency) =>
        !latency.Counts.IsDefault && (latency.Counts.IsEmpty
            || (latency.Offset >= LatencyHistogram.MinIndex && latency.Counts.Length <= LatencyHistogram.MaxIndex - latency.Offset + 1));

    private static IResult Odd(string gateway) =>
        Answers.Problem(StatusCodes.Status400BadRequest, new ProblemItem("SLIP0207", "gateway", $"'{gateway}' is no name for a gateway", "use letters, digits and . _ + -"));
}
