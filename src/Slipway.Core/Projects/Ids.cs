using System.Text.Json.Serialization;

namespace Slipway.Core.Projects;

/// <summary>Stable name of a project: lower-case letters, digits and dashes, 1 to 63 characters.</summary>
[JsonConverter(typeof(IdJsonConverter<ProjectId>))]
public readonly record struct ProjectId(string Value) : IId<ProjectId>
{
    public static ProjectId From(string value) => new(value);

    public override string ToString() => Value;
}

/// <summary>Name of an environment within its project; same alphabet as <see cref="ProjectId"/>.</summary>
[JsonConverter(typeof(IdJsonConverter<EnvironmentName>))]
public readonly record struct EnvironmentName(string Value) : IId<EnvironmentName>
{
    public static EnvironmentName From(string value) => new(value);

    public override string ToString() => Value;
}

/// <summary>One environment of one project. Written <c>project/environment</c>.</summary>
public readonly record struct EnvironmentKey(ProjectId Project, EnvironmentName Name)
{
    public override string ToString() => $"{Project}/{Name}";
}
