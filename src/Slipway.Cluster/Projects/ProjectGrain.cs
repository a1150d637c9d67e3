using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;
using Slipway.Core.Projects;
using Slipway.Engine;
using Slipway.Engine.Ports;

namespace Slipway.Cluster.Projects;

/// <summary>
/// Exists on the one server that acts for a project, and has its engine do so. All deployments and environments of a project are acted for
/// together: they share users, routes and what follows between them.
/// </summary>
[ProjectPlacement]
[KeepAlive]
[Reentrant]
internal sealed class ProjectGrain(SlipwayEngine engine, GrainOwners owners) : Grain, IProjectGrain
{
    private ProjectId Id => new(this.GetPrimaryKeyString());

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        owners.Began(Id, () => DeactivateOnIdle());
        return Task.CompletedTask;
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        owners.Ended(Id);
        await engine.ReleaseAsync(Id, cancellationToken);
    }

    public Task OwnAsync() => engine.AdoptAsync(Id, CancellationToken.None);

    public Task<string> LookAsync() => Task.FromResult(engine.Live(Id) is { } live ? ClusterJson.Write(live) : "");

    public async Task<string> AcceptDriftAsync(string environment, string by, string? reason)
    {
        var outcome = await engine.AcceptDriftAsync(Key(environment), by, reason, CancellationToken.None);
        return ClusterJson.Write(outcome.Ok ? new DriftAnswer(outcome.Value.Said, null) : new DriftAnswer("", outcome.Problem));
    }

    public async Task<string> RevertDriftAsync(string environment)
    {
        var outcome = await engine.RevertDriftAsync(Key(environment), CancellationToken.None);
        return ClusterJson.Write(outcome.Ok ? new DriftAnswer((outcome.Value as RouteOutcome.Unconfirmed)?.Why ?? "", null) : new DriftAnswer("", outcome.Problem));
    }

    private EnvironmentKey Key(string environment) => new(Id, new EnvironmentName(environment));
}
