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

    public static string Of(EnvironmentKey environment) => $"{EnvironmentPrefix}{environment}";

    public static string Of(DeploymentId deployment) => $"{DeploymentPrefix}{deployment}";

    /// <summary>Whose stream it is; null when it is no project's.</summary>
    public static ProjectId? Project(string stream) => After(ProjectPrefix, stream) is { } id ? new ProjectId(id) : null;

    /// <summary>Whose stream it is; null when it is no environment's.</summary>
    public static EnvironmentKey? Environment(string stream) =>
        After(EnvironmentPrefix, stream) is { } key && key.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash
            ? new EnvironmentKey(new ProjectId(key[..slash]), new EnvironmentName(key[(slash + 1)..]))
            : null;

    /// <summary>Whose stream it is; null when it is no deployment's.</summary>
    public static DeploymentId? Deployment(string stream) => After(DeploymentPrefix, stream) is { } id ? new DeploymentId(id) : null;

    private static string? After(string prefix, string stream) => stream.StartsWith(prefix, StringComparison.Ordinal) ? stream[prefix.Length..] : null;
}
