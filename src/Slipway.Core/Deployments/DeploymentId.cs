using System.Text.Json.Serialization;
using Slipway.Core.Projects;

namespace Slipway.Core.Deployments;

/// <summary>One deployment, numbered within its environment: <c>shop.canary.3</c>.</summary>
[JsonConverter(typeof(IdJsonConverter<DeploymentId>))]
public readonly record struct DeploymentId(string Value) : IId<DeploymentId>
{
    public static DeploymentId From(string value) => new(value);

    public static DeploymentId Of(EnvironmentKey environment, int number) => new($"{environment.Project}.{environment.Name}.{number}");

    public override string ToString() => Value;
}
