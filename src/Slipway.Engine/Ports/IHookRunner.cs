using Slipway.Core.Deployments;
using Slipway.Core.Projects;

namespace Slipway.Engine.Ports;

/// <summary>Runs hooks: webhooks and commands of the user's own.</summary>
public interface IHookRunner
{
    /// <summary>
    /// Runs a hook, with its retries and time-outs, and returns how it ended. May be asked again for the same key after a crash: the key goes
    /// with it, so that the other side can tell.
    /// </summary>
    Task<HookOutcome> RunAsync(HookCall call, CancellationToken cancellationToken);
}

/// <summary>One hook of one deployment.</summary>
/// <param name="Hook">What to run.</param>
/// <param name="IdempotencyKey">The same each time this hook of this deployment is run.</param>
/// <param name="Deployment">For whom.</param>
/// <param name="Moment"><c>step</c> on the way forward, <c>rollback</c> on the way back.</param>
public sealed record HookCall(HookSpec Hook, string IdempotencyKey, DeploymentSpec Deployment, string Moment);
