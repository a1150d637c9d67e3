using System.Collections.Immutable;
using Slipway.Core.Deployments;
using Slipway.Core.Governance;
using Slipway.Core.Projects;
using Slipway.Core.Releases;

namespace Slipway.Core.Environments;

/// <summary>A project with all its environments and the deployments under way, as of one moment.</summary>
public sealed record ProjectSnapshot(
    ProjectState Project,
    ImmutableDictionary<EnvironmentName, EnvironmentState> Environments,
    ImmutableDictionary<DeploymentId, Deployment> Deployments)
{
    /// <summary>Freeze windows and stops of the line of the whole installation.</summary>
    public GovernanceState Governance { get; init; } = GovernanceState.Empty;

    public Project Configuration => Project.Project ?? throw new InvalidOperationException("a project exists from its first apply on");

    public EnvironmentState Of(EnvironmentName name) => Environments.GetValueOrDefault(name, EnvironmentState.Empty);

    public EnvironmentSpec Spec(EnvironmentName name) => Configuration.Find(name) ?? throw new ArgumentException($"no environment '{name}'", nameof(name));

    /// <summary>Whether deployments may begin in an environment now.</summary>
    public WindowState Window(EnvironmentSpec environment, DateTimeOffset now) => Governance.Window(Configuration, environment, now);

    /// <summary>The running state of an environment's deployment; null when there is none.</summary>
    public Deployment? Active(EnvironmentName name) => Of(name).Active is { } spec ? Deployments.GetValueOrDefault(spec.Id) : null;
}
