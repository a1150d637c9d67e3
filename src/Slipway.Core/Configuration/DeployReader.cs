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
        fields.End();
        return process is { } p ? Process(p) : null;
    }

    private static DeploySpec.Process? Process(Value value)
    {
        if (value.Mapping("{ command: ./shop, health: /healthz }") is not { } fields)
        {
            return null;
        }

        var process = new DeploySpec.Process
        {
            Command = fields.Required("command", "command: ./shop") is { } command ? Command(command) : [],
            Health = fields.Optional("health") is { } health ? HealthPath(health) : null,
            StartTimeout = fields.Optional("startTimeout")?.PositiveDuration() ?? Defaults.StartTimeout,
            StopGrace = fields.Optional("stopGrace")?.Duration() ?? Defaults.StopGrace,
            Variables = fields.Optional("env") is { } env ? Variables(env) : Defaults.Variables,
        };
        fields.End();
        return process;
    }

    private static ImmutableArray<string> Command(Value value)
    {
        const string example = "command: ./shop --port {port}, or a list of words";
        var (words, why) = value.Scalar is { } line
            ? CommandWords.Split(line)
            : ([.. (value.Items("[./shop, --port, \"{port}\"]") ?? []).Select(item => item.Text("a word of the command") ?? "")], null);
        if (value.Node is Node.Mapping)
        {
            return [];
        }

        if (why is not null)
        {
            value.Report(ProblemCode.BadCommand, $"{value.Shown} is no command: {why}", "mend it, or ask for a shell: [sh, -c, \"...\"]");
        }
        else if (words.IsEmpty || words[0].Length == 0)
        {
            value.Report(ProblemCode.BadCommand, "the command names no program", $"write {example}");
        }
        else if (words.Any(w => w.Contains('\0', StringComparison.Ordinal)))
        {
            value.Report(ProblemCode.BadCommand, "the command has a character that no argument can hold", $"write {example}");
        }

        return words;
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
