using Slipway.Core.Deployments;
using Slipway.Core.Projects;

namespace Slipway.Engine.Streams;

/// <summary>How streams are named in the store. Part of the stored format.</summary>
public static class StreamNames
{
    public const string ProjectPrefix = "project:";

    public const string EnvironmentPrefix = "environment:";

    public const string DeploymentPrefix = "deployment:";

    /// <summary>What concerns the whole installation.</summary>
    public const string Governance = "governance";

    public static string Of(ProjectId project) => ProjectPrefix + project;

    public static string Of(EnvironmentKey environment) => EnvironmentPrefix + environment;

    public static string Of(DeploymentId deployment) => DeploymentPrefix + deployment;
}
