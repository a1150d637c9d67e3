using System.Collections.Immutable;

namespace Slipway.Core.Configuration;

/// <summary>Reads program and arguments, from one line or a list of words. Never for a shell.</summary>
internal static class CommandLineReader
{
    /// <summary>The words; what is wrong with them was told.</summary>
    public static ImmutableArray<string> Read(Value value, string example)
    {
        var (words, why) = value.Scalar is { } line
            ? CommandWords.Split(line)
            : ([.. (value.Items("[./program, --flag]") ?? []).Select(item => item.Text("a word of the command") ?? "")], null);
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
            value.Report(ProblemCode.BadCommand, "the command names no program", $"write {example}, or a list of words");
        }
        else if (words.Any(w => w.Contains('\0', StringComparison.Ordinal)))
        {
            value.Report(ProblemCode.BadCommand, "the command has a character that no argument can hold", $"write {example}, or a list of words");
        }

        return words;
    }
}
