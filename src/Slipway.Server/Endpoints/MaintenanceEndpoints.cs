using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Api;
using Slipway.Engine.Retention;
using Slipway.Server.Health;

namespace Slipway.Server.Endpoints;

/// <summary>What keeps the installation itself in order.</summary>
internal static class MaintenanceEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/maintenance/checks", ChecksAsync).WithName("CheckServer").WithSummary("Looks at the store, the disk, clocks, gateways, instances, artifacts and secrets, and says what to do about what is not well.").Produces<ChecksResponse>();
        api.MapPost("/maintenance/prune", PruneAsync).WithName("Prune").WithSummary("Removes old events and artifacts that nobody needs, as happens daily by itself; with dryRun it only says what would go.").Produces<PruneResponse>();
    }

    private static async Task<IResult> ChecksAsync(SelfChecks checks, CancellationToken cancellationToken) => Results.Ok(await checks.RunAsync(cancellationToken));

    private static async Task<IResult> PruneAsync(bool? dryRun, Housekeeping house, CancellationToken cancellationToken)
    {
        var report = await house.RunAsync(dryRun is true, cancellationToken);
        return Results.Ok(new PruneResponse(
            dryRun is true, report.Events.Events, report.Events.Streams, report.Events.Snapshots,
            [.. report.Artifacts.Select(a => new PrunedArtifact(a.Digest, a.Bytes, a.StoredAt))], report.Artifacts.Sum(a => a.Bytes)) { Candidates = report.Candidates });
    }
}
