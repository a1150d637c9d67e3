using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Api;
using Slipway.Core.Configuration;
using Slipway.Core.Deployments;
using Slipway.Core.Environments;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Engine;
using Slipway.Server.Views;

namespace Slipway.Server.Endpoints;

/// <summary>Commands to an environment: what a person may do, each answered with what it began or why not.</summary>
internal static class ActionEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var actions = api.MapGroup("/projects/{project}/environments/{environment}/actions");
        actions.MapPost("/deploy", DeployAsync).Describe("Deploy", "Brings a candidate in.");
        actions.MapPost("/rollback", RollbackAsync).Describe("Rollback", "Returns to the last good candidate (aborting what is under way), or, with nothing under way, to the one named.");
        actions.MapPost("/promote", PromoteAsync).Describe("Promote", "Goes on without waiting; with nothing under way, brings in the newest eligible candidate.");
        actions.MapPost("/approve", ApproveAsync).Describe("Approve", "Approves what waits for an approval.");
        actions.MapPost("/pause", PauseAsync).Describe("Pause", "Stops at the present step, with traffic as it is and the checks awake.");
        actions.MapPost("/resume", ResumeAsync).Describe("Resume", "Goes on after a pause.");
        actions.MapPost("/abort", AbortAsync).Describe("Abort", "Takes the candidate back; says nothing about it.");
    }

    private static async Task<IResult> DeployAsync(string project, string environment, DeployActionRequest request, Acting acting, CancellationToken cancellationToken) =>
        Names.Asked(request.By, request.Reason) is { } missing ? Answers.Problem(missing)
        : await acting.BeganAsync(await acting.Engine.DeployAsync(Key(project, environment), new DeployRequest(new CandidateId(request.Candidate), request.By, request.Reason, request.Force), cancellationToken), cancellationToken);

    /// <summary>One click: aborts what is under way, or else deploys the last good candidate. One that is named waits for what is under way to be aborted first.</summary>
    private static async Task<IResult> RollbackAsync(string project, string environment, RollbackRequest request, Acting acting, CancellationToken cancellationToken)
    {
        if (Names.Asked(request.By, request.Reason) is { } missing)
            return Answers.Problem(missing);
        var key = Key(project, environment);
        var found = acting.Engine.Find(new EnvironmentKey(new ProjectId(project), new EnvironmentName(environment)));
        if (found.Ok && request.To is null && found.Value.Snapshot.Active(key.Name) is { Spec.Kind: DeploymentKind.Forward, IsEnded: false })
            return await acting.CommandAsync(key, new DeploymentInput.Abort(request.By, request.Reason ?? "rollback"), "is on its way back", cancellationToken);
        CandidateId? to = request.To is null ? null : new CandidateId(request.To);
        return await acting.BeganAsync(await acting.Engine.RollBackAsync(key, to, request.By, request.Reason, cancellationToken), cancellationToken);
    }

    private static async Task<IResult> PromoteAsync(string project, string environment, ActionRequest request, Acting acting, CancellationToken cancellationToken)
    {
        if (Names.Asked(request.By, request.Reason) is { } missing)
            return Answers.Problem(missing);
        var found = acting.Engine.Find(new EnvironmentKey(new ProjectId(project), new EnvironmentName(environment)));
        if (!found.Ok)
            return Answers.Problem(found.Problem);
        var (snapshot, spec) = found.Value;
        if (snapshot.Of(spec.Name).Active is not null)
            return await acting.CommandAsync(Key(project, environment), new DeploymentInput.Promote(request.By), "goes on", cancellationToken);
        if (Coordination.Eligible(snapshot, spec) is not { } next)
        {
            return Answers.Problem(new Problem("SLIP0309", $"environment {project}/{environment}", "no newer candidate is eligible",
                spec.After.IsEmpty ? "create a release first" : $"it must succeed in {string.Join(" and ", spec.After)} first"));
        }

        return await acting.BeganAsync(await acting.Engine.DeployAsync(Key(project, environment), new DeployRequest(next.Id, request.By, request.Reason), cancellationToken), cancellationToken);
    }

    private static Task<IResult> ApproveAsync(string project, string environment, ActionRequest request, Acting acting, CancellationToken cancellationToken) =>
        acting.CommandAsync(Key(project, environment), request, new DeploymentInput.Approve(request.By), "is approved", cancellationToken);

    private static Task<IResult> PauseAsync(string project, string environment, ActionRequest request, Acting acting, CancellationToken cancellationToken) =>
        acting.CommandAsync(Key(project, environment), request, new DeploymentInput.Pause(request.By, request.Reason), "is paused", cancellationToken);

    private static Task<IResult> ResumeAsync(string project, string environment, ActionRequest request, Acting acting, CancellationToken cancellationToken) =>
        acting.CommandAsync(Key(project, environment), request, new DeploymentInput.Resume(request.By), "goes on", cancellationToken);

    private static Task<IResult> AbortAsync(string project, string environment, ActionRequest request, Acting acting, CancellationToken cancellationToken) =>
        acting.CommandAsync(Key(project, environment), request, new DeploymentInput.Abort(request.By, request.Reason), "is on its way back", cancellationToken);

    private static EnvironmentKey Key(string project, string environment) => new(new ProjectId(project), new EnvironmentName(environment));

    private static void Describe(this RouteHandlerBuilder route, string name, string summary) =>
        route.WithName(name).WithSummary(summary).Produces<ActionResponse>().Produces<ProblemResponse>(404).Produces<ProblemResponse>(409);
}
