using Microsoft.AspNetCore.Http;
using Slipway.Api;
using Slipway.Core.Environments;
using Slipway.Core.Projects;
using Slipway.Engine;
using Slipway.Server.Views;

namespace Slipway.Server.Endpoints;

/// <summary>Gives commands to the engine and words the answers.</summary>
internal sealed class Acting(SlipwayEngine engine, TimeProvider time)
{
    public SlipwayEngine Engine => engine;

    public async Task<IResult> ActAsync(EnvironmentKey key, IActionRequest request, Func<EnvironmentCommand> command, CancellationToken cancellationToken)
    {
        if (Names.Asked(request.By, request.Reason) is { } missing)
            return Answers.Problem(missing);
        var before = engine.Find(key) is { Ok: true, Value.Snapshot: var snapshot } ? snapshot.Of(key.Name).Active?.Id : null;
        var outcome = await engine.ActAsync(key, command(), cancellationToken);
        if (!outcome.Ok)
            return Answers.Problem(outcome.Problem);
        var about = outcome.Value.Begun?.Id ?? (outcome.Value.Tell is null ? null : before);
        var deployment = about is { } id ? await engine.FindAsync(id, cancellationToken) : null;
        return Results.Ok(new ActionResponse(outcome.Value.Said, deployment is null ? null : DeploymentView.Of(deployment, engine, time.GetUtcNow())));
    }
}
