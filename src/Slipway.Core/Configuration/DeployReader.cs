using System.Collections.Immutable;
using Slipway.Core.Projects;

namespace Slipway.Core.Configuration;

internal static class DeployReader
{
    private static readonly DeploySpec.Process Defaults = new() { Command = [] };

    public static DeploySpec? Read(Value value)
    {
        if (value.Mapping("{ process: { command: ./shop } }") is not { } fields)
        {
            return null;
        }

        var process = fields.Required("process", "process: { command: ./shop }");
        var instances = fields.Optional("instances") is { } count ? count.Count(1, Limits.Instances) : 1;
        fields.End();
        return process is { } p && Process(p) is { } spec ? spec with { Instances = instances ?? 1 } : null;
    }

    private static DeploySpec.Process? Process(Value value)
    {
        if (value.Mapping("{ command: ./shop, health: /healthz }") is not { } fields)
        {
            return null;
        }

        var process = new DeploySpec.Process
        {
            Command = fields.Required("command", "command: ./shop") is { } command ? CommandLineReader.Read(command, "command: ./shop --port {port}") : [],
            Health = fields.Optional("health") is { } health ? HealthPath(health) : null,
            StartTimeout = fields.Optional("startTimeout")?.PositiveDuration() ?? Defaults.StartTimeout,
            StopGrace = fields.Optional("stopGrace")?.Duration() ?? Defaults.StopGrace,
            Variables = fields.Optional("env") is { } env ? Variables(env) : Defaults.Variables,
        };
        fields.End();
        return process;
    }

    private static string? HealthPath(Value value)
    {
        if (value.Line("a path such as /healthz") is not { } path)
        {
            return null;
        }

        if (path[0] == '/' && !path.Contains(' ', StringComparison.Ordinal) && !path.StartsWith("//", StringComparison.Ordinal))
        {
            return path;
        }

        value.Report(ProblemCode.BadValue, $"{value.Shown} is no path", "begin with one / and leave out scheme, host and spaces, such as /healthz");
        return null;
    }

    private static ImmutableSortedDictionary<string, string> Variables(Value value)
    {
        var variables = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        if (value.Mapping("{ LOG_LEVEL: debug }") is not { } fields)
        {
            return variables.ToImmutable();
        }

        foreach (var name in fields.Keys)
        {
            var variable = fields.Optional(name)!.Value;
            if (!IsVariable(name))
            {
                variable.Report(ProblemCode.BadName, $"{Value.Quote(name)} is no name of an environment variable", "use letters, digits and underscores, and no digit first");
            }
            else if (name == "PORT" || name.StartsWith("SLIPWAY_", StringComparison.Ordinal))
            {
                variable.Report(ProblemCode.BadName, $"{Value.Quote(name)} is set by Slipway itself", "choose another name; PORT and SLIPWAY_* are taken");
            }
            else if (variable.Text("a value in quotes") is { } text)
            {
                variables[name] = Storable(variable, text);
            }
        }

        return variables.ToImmutable();
    }

    private static string Storable(Value variable, string text)
    {
        if (text.Contains('\0', StringComparison.Ordinal))
        {
            variable.Report(ProblemCode.BadValue, "the value has a character that no environment variable can hold", "remove it");
        }

        return text;
    }

    private static bool IsVariable(string name) =>
        name.Length is >= 1 and <= 256 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
}
