using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Slipway.Core.Projects;

/// <summary>What applying a document would change, in words for people.</summary>
public static class ProjectChanges
{
    /// <summary>One line a change; empty when both say the same.</summary>
    public static ImmutableArray<string> Between(Project? before, Project after)
    {
        if (before is null)
            return [$"+ project {after.Id}", .. after.Environments.Select(e => $"+ environment {e.Name}")];
        var lines = ImmutableArray.CreateBuilder<string>();
        lines.AddRange(Differences("project", before with { Environments = [] }, after with { Environments = [] }));
        lines.AddRange(before.Environments.Where(e => after.Find(e.Name) is null).Select(e => $"- environment {e.Name}"));
        foreach (var environment in after.Environments)
        {
            if (before.Find(environment.Name) is { } old)
                lines.AddRange(Differences($"environment {environment.Name}", old, environment));
            else
                lines.Add($"+ environment {environment.Name}");
        }

        if (!before.Environments.Select(e => e.Name).Where(n => after.Find(n) is not null).SequenceEqual(after.Environments.Select(e => e.Name).Where(n => before.Find(n) is not null)))
            lines.Add("~ the order of the environments");
        return lines.ToImmutable();
    }

    private static IEnumerable<string> Differences<T>(string what, T before, T after)
    {
        var (old, now) = (Tree(before), Tree(after));
        return old.Select(p => p.Key).Union(now.Select(p => p.Key))
            .Where(key => !JsonNode.DeepEquals(old[key], now[key]))
            .Select(key => $"~ {what}: {key}");
    }

    private static JsonObject Tree<T>(T value) => System.Text.Json.JsonSerializer.SerializeToNode(value, SlipwayJson.Options)!.AsObject();
}
