using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Api;
using Slipway.Core.Environments;
using Slipway.Core.Projects;
using Slipway.Core.Releases;

namespace Slipway.Server.Endpoints;

/// <summary>Commands to an environment: what a person may do, each answered with what will happen or why not.</summary>
internal static class ActionEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var actions = api.MapGroup("/projects/{project}/environments/{environment}/actions").WithTags("ActionEndpoints");
        actions.MapGet("", List).WithName("ListActions").WithSummary("Every command with what it would do now: for whom, see `by`.").Produces<IReadOnlyList<ActionOption>>().Produces<ProblemResponse>(404);
        Map<DeployActionRequest>(actions, "deploy", "Brings a candidate in: at once, or when it is its turn.",
            r => new EnvironmentCommand.Deploy(new DeployRequest(new CandidateId(r.Candidate), r.By, r.Reason, r.Force) { OverrideFreeze = r.OverrideFreeze, Supersede = r.Supersede ? true : null }));
        Map<RollbackRequest>(actions, "rollback", "Returns to the last good candidate, or to the one named; what is under way is taken back first.",
            r => new EnvironmentCommand.Rollback(r.To is null ? null : new CandidateId(r.To), r.By, r.Reason));
        Map<PromoteRequest>(actions, "promote", "Goes on without waiting; with nothing under way, brings in the newest eligible candidate.",
            r => new EnvironmentCommand.Promote(r.By, r.Reason, r.Full, r.OverrideFreeze));
        Map<SignalRequest>(actions, "signal", "Tells what something outside says: yes, or no.", r => new EnvironmentCommand.Signal(r.Name, r.Passed, r.By, r.Reason));
        Map<CancelRequest>(actions, "cancel", "Takes what waits out of the queue.", r => new EnvironmentCommand.Cancel(r.Candidate is null ? null : new CandidateId(r.Candidate), r.By, r.Reason));
        Map<ActionRequest>(actions, "approve", "Approves what waits for an approval.", r => new EnvironmentCommand.Approve(r.By, r.Reason));
        Map<ActionRequest>(actions, "reject", "Refuses what waits for an approval; it goes back.", r => new EnvironmentCommand.Reject(r.By, r.Reason));
        Map<ActionRequest>(actions, "pause", "Stops at the present step, with traffic as it is and the checks awake.", r => new EnvironmentCommand.Pause(r.By, r.Reason));
        Map<ActionRequest>(actions, "resume", "Goes on after a pause.", r => new EnvironmentCommand.Resume(r.By, r.Reason));
        Map<ActionRequest>(actions, "abort", "Takes the candidate back; says nothing about it.", r => new EnvironmentCommand.Abort(r.By, r.Reason));
        Map<ActionRequest>(actions, "retry", "Does again what went back.", r => new EnvironmentCommand.Retry(r.By, r.Reason));
        Map<ActionRequest>(actions, "hold", "Lets nothing come in by itself.", r => new EnvironmentCommand.HoldPromotions(r.By, r.Reason));
        Map<ActionRequest>(actions, "unhold", "Lets candidates come in by themselves again.", r => new EnvironmentCommand.ReleasePromotions(r.By, r.Reason));
    }

    private static void Map<TRequest>(RouteGroupBuilder actions, string verb, string summary, Func<TRequest, EnvironmentCommand> command) where TRequest : IActionRequest =>
        actions.MapPost($"/{verb}", (string project, string environment, TRequest request, Acting acting, CancellationToken cancellationToken, bool dryRun = false) =>
            acting.ActAsync(Key(project, environment), request, () => command(request), dryRun, cancellationToken))
            .WithName($"{char.ToUpperInvariant(verb[0])}{verb[1..]}").WithSummary($"{summary} dryRun=true only says what would happen.")
            .Produces<ActionResponse>().Produces<ProblemResponse>(404).Produces<ProblemResponse>(409);

    private static IResult List(string project, string environment, Acting acting, string by = "you") => acting.Offer(Key(project, environment), by);

    private static EnvironmentKey Key(string project, string environment) => new(new ProjectId(project), new EnvironmentName(environment));
}
