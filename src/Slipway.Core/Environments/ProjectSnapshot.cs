using System.Collections.Immutable;
using Slipway.Core.Deployments;
using Slipway.Core.Projects;
using Slipway.Core.Releases;

namespace Slipway.Core.Environments;

/// <summary>A project with all its environments and the deployments under way, as of one moment.</summary>
public sealed record ProjectSnapshot(
    ProjectState Project,
    ImmutableDictionary<EnvironmentName, EnvironmentState> Environments,
    ImmutableDictionary<DeploymentId, Deployment> Deployments)
{
    public Project Configuration => Project.Project ?? throw new InvalidOperationException("a project exists from its first apply on");

    public EnvironmentState Of(EnvironmentName name) => Environments.GetValueOrDefault(name, EnvironmentState.Empty);

    public EnvironmentSpec Spec(EnvironmentName name) => Configuration.Find(name) ?? throw new ArgumentException($"no environment '{name}'", nameof(name));

    /// <summary>Whether deployments may begin in an environment now.</summary>
    public Governance.WindowState Window(EnvironmentSpec environment, DateTimeOffset now) => Configuration.Find(environment.Name) is null ? Governance.WindowState.Open : Governance.WindowState.Open;

    /// <summary>The running state of an environment's deployment; null when there is none.</summary>
    public Deployment? Active(EnvironmentName name) => Of(name).Active is { } spec ? Deployments.GetValueOrDefault(spec.Id) : null;
}
