using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Api;
using Slipway.Core.Configuration;
using Slipway.Core.Environments;
using Slipway.Core.Projects;
using Slipway.Engine;
using Slipway.Engine.Ports;
using Slipway.Server.Views;

namespace Slipway.Server.Endpoints;

/// <summary>Projects and environments, as they are.</summary>
internal static class StatusEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/status", StatusAsync).WithName("GetStatus").WithSummary("Every environment of every project, as of one moment.").Produces<StatusResponse>();
        api.MapGet("/projects", Projects).WithName("ListProjects").WithSummary("All projects.").Produces<IReadOnlyList<ProjectStatus>>();
        api.MapGet("/projects/{project}", Project).WithName("GetProject").WithSummary("One project with its environments.").Produces<ProjectStatus>().Produces<ProblemResponse>(404);
        api.MapGet("/projects/{project}/environments/{environment}", Environment).WithName("GetEnvironment").WithSummary("One environment.").Produces<EnvironmentStatus>().Produces<ProblemResponse>(404);
        api.MapGet("/projects/{project}/environments/{environment}/explain", ExplainAsync).WithName("ExplainEnvironment").WithSummary("Why an environment is as it is and what would change it.").Produces<ExplainResponse>().Produces<ProblemResponse>(404);
    }

    private static async Task<IResult> StatusAsync(SlipwayEngine engine, IEventStore store, TimeProvider time, CancellationToken cancellationToken)
    {
        var position = await store.LastPositionAsync(cancellationToken);
        var now = time.GetUtcNow();
        return Results.Ok(new StatusResponse(ServerVersion.Text, position, now, [.. Snapshots(engine).Select(s => StatusView.Of(s, engine, now))]));
    }

    private static IResult Projects(SlipwayEngine engine, TimeProvider time) => Results.Ok(Snapshots(engine).Select(s => StatusView.Of(s, engine, time.GetUtcNow())));

    private static IResult Project(string project, SlipwayEngine engine, TimeProvider time) =>
        Answers.Of(engine.Find(new ProjectId(project)), snapshot => StatusView.Of(snapshot, engine, time.GetUtcNow()));

    private static IResult Environment(string project, string environment, SlipwayEngine engine, TimeProvider time) =>
        Answers.Of(engine.Find(new EnvironmentKey(new ProjectId(project), new EnvironmentName(environment))), found => StatusView.Of(found.Snapshot, found.Spec, engine, time.GetUtcNow()));

    private static async Task<IResult> ExplainAsync(string project, string environment, SlipwayEngine engine, IEventStore store, TimeProvider time, CancellationToken cancellationToken)
    {
        EnvironmentKey key = new(new ProjectId(project), new EnvironmentName(environment));
        if (engine.Snapshot(key.Project) is { } whole && whole.Configuration.Fleet(key.Name) is { } fleet)
            return Results.Ok(ExplainView.Of(whole, fleet));
        var found = engine.Find(key);
        if (!found.Ok)
            return Answers.Problem(found.Problem);
        var (snapshot, spec) = found.Value;
        return Results.Ok(await ExplainView.OfAsync(snapshot, spec, engine, store, time.GetUtcNow(), cancellationToken));
    }

    private static IEnumerable<ProjectSnapshot> Snapshots(SlipwayEngine engine) => engine.Projects.Select(engine.Snapshot).OfType<ProjectSnapshot>();
}
