using Slipway.Core.Deployments;
using Slipway.Engine.Ports;

namespace Slipway.Integrations.Hooks;

/// <summary>What a webhook is told. Names and meanings are a promise; more may be added.</summary>
internal sealed record HookBody(
    string Hook, string Moment, int Attempt, string IdempotencyKey, string Deployment, string Project, string Environment,
    string Version, string? Stable, string? Digest, string? Reference, DeploymentKind Kind, string RequestedBy, string? Reason)
{
    public static HookBody Of(HookCall call, int attempt)
    {
        var spec = call.Deployment;
        return new HookBody(call.Hook.Name, call.Moment, attempt, call.IdempotencyKey, spec.Id.Value, spec.Environment.Project.Value, spec.Environment.Name.Value,
            spec.Candidate.Candidate.Value, spec.Stable?.Candidate.Value, spec.Candidate.Artifact.Digest, spec.Candidate.Artifact.Reference, spec.Kind, spec.RequestedBy, spec.Reason);
    }
}
