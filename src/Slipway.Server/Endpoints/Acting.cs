using Microsoft.AspNetCore.Http;
using Slipway.Api;
using Slipway.Core.Deployments;
using Slipway.Core.Projects;
using Slipway.Engine;
using Slipway.Server.Views;

namespace Slipway.Server.Endpoints;

/// <summary>Gives commands to the engine and words the answers.</summary>
internal sealed class Acting(SlipwayEngine engine, TimeProvider time)
{
    public SlipwayEngine Engine => engine;

    public async Task<IResult> BeganAsync(Result<DeploymentSpec> result, CancellationToken cancellationToken)
    {
        if (!result.Ok)
            return Answers.Problem(result.Problem);
        var spec = result.Value;
        var deployment = await engine.FindAsync(spec.Id, cancellationToken);
        return Results.Ok(new ActionResponse($"{spec.Candidate.Candidate} is on its way into {spec.Environment.Name} as {spec.Id}", deployment is null ? null : View(deployment)));
    }

    public async Task<IResult> CommandAsync(EnvironmentKey key, ActionRequest request, DeploymentInput command, string done, CancellationToken cancellationToken) =>
        Names.Asked(request.By, request.Reason) is { } missing ? Answers.Problem(missing) : await CommandAsync(key, command, done, cancellationToken);

    public async Task<IResult> CommandAsync(EnvironmentKey key, DeploymentInput command, string done, CancellationToken cancellationToken) =>
        Answers.Of(await engine.CommandAsync(key, command, cancellationToken), d => new ActionResponse($"{d.Spec.Id} ({d.Spec.Candidate.Candidate} into {key.Name}) {done}: {Story.Of(d, time.GetUtcNow()).Why}", View(d)));

    private DeploymentStatus View(Deployment d) => DeploymentView.Of(d, engine, time.GetUtcNow());
}
