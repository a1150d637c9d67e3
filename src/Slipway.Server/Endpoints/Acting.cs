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
    public async Task<IResult> ActAsync(EnvironmentKey key, IActionRequest request, Func<EnvironmentCommand> command, bool dryRun, CancellationToken cancellationToken)
    {
        if (Names.Asked(request.By, request.Reason) is { } missing)
            return Answers.Problem(missing);
        var asked = command();
        var outcome = dryRun ? engine.Ask(key, asked) : await engine.ActAsync(key, asked, cancellationToken);
        if (!outcome.Ok)
            return Answers.Problem(outcome.Problem);
        var about = dryRun ? outcome.Value.About : outcome.Value.Begun?.Id ?? outcome.Value.About;
        var deployment = about is { } id ? await engine.FindAsync(id, cancellationToken) : null;
        return Results.Ok(new ActionResponse(outcome.Value.Said, deployment is null ? null : DeploymentView.Of(deployment, engine, time.GetUtcNow()))
        {
            DoesSomething = outcome.Value.DoesSomething,
            DryRun = dryRun,
            Queued = outcome.Value.Waits is { } item && engine.Find(key) is { Ok: true, Value: var found } ? StatusView.Of(found.Snapshot, found.Spec, item, time.GetUtcNow()) : null,
        });
    }

    public IResult Offer(EnvironmentKey key, string by) =>
        Names.Missing(by) is { } missing ? Answers.Problem(missing) : Answers.Of(engine.Offers(key, by), offers => offers.Select(ActionView.Of));
}
