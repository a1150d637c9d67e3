using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Slipway.Core;
using Slipway.Core.Analysis;
using Slipway.Core.Projects;
using Slipway.Simulating;

namespace Slipway.Analysing;

/// <summary>The checks that a backtest or a question of power is about: a document's, or others with single settings changed.</summary>
internal static class TriedChecks
{
    /// <summary>Of the environment with this name, or of the only one.</summary>
    public static ImmutableArray<CheckSpec> Of(Project project, string file, string? environment)
    {
        var all = project.Environments;
        return all switch
        {
            [var only] => only.Checks,
            _ when all.FirstOrDefault(e => e.Name.Value == environment) is { } named => named.Checks,
            _ => throw Refusal.File(file, environment is null ? "it has several environments" : $"it has no environment '{environment}'", $"name one with `--environment`: {string.Join(", ", all.Select(e => e.Name))}"),
        };
    }

    /// <param name="sets">Such as <c>errors.alpha=0.001</c>, <c>latency=off</c>, <c>latency=on</c>; read as the document reads them.</param>
    public static ImmutableArray<CheckSpec> With(ImmutableArray<CheckSpec> checks, IReadOnlyList<string> sets) => sets.Aggregate(checks, With);

    private static ImmutableArray<CheckSpec> With(ImmutableArray<CheckSpec> checks, string set)
    {
        if (set.Split('=', 2) is not [{ Length: > 0 } path, { Length: > 0 } value])
            throw Refusal.Usage("--set", $"'{set}' is no setting", "write it like errors.alpha=0.001, latency.floor=5ms or latency=off");
        var (name, key) = path.Split('.', 2) is [var n, var k] ? (n, k) : (path, null);
        var index = checks.IndexOf(checks.FirstOrDefault(c => c.Name == name)!);
        if (key is null)
        {
            return value switch
            {
                "off" => index < 0 ? checks : checks.RemoveAt(index),
                "on" => index < 0 ? checks.Add(One($"checks: [{name}]")) : checks,
                _ => throw Refusal.Usage("--set", $"'{set}' is no setting", "a whole check is on or off; a setting of it is written like errors.alpha=0.001"),
            };
        }

        var read = One($"checks: [{{ {name}: {{ {key}: {value} }} }}]");
        return index < 0 ? checks.Add(read) : checks.SetItem(index, Overlaid(checks[index], read, key));
    }

    /// <summary>Settings are called the same in the document and in JSON, so one of them can be taken over by its name.</summary>
    private static CheckSpec Overlaid(CheckSpec check, CheckSpec read, string key)
    {
        var (all, one) = (Json(check), Json(read));
        all[key] = one[key]?.DeepClone();
        return all.Deserialize<CheckSpec>(SlipwayJson.Options)!;
    }

    private static JsonObject Json(CheckSpec check) => JsonSerializer.SerializeToNode(check, SlipwayJson.Options)!.AsObject();

    private static CheckSpec One(string yaml) => Documents.Part(yaml, "--set").Environments[0].Checks[0];
}
