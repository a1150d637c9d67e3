using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Slipway.Testing;

/// <summary>One acceptance scenario: an id, a title, why it differs from the peer's where it does, and its lines.</summary>
public sealed record Script(string Id, string Title, string? Differs, ImmutableArray<(int Number, string Text)> Lines)
{
    /// <summary>Those that lie beside the file of whoever asks.</summary>
    public static IEnumerable<Script> All([CallerFilePath] string here = "") =>
        Directory.EnumerateFiles(Path.GetDirectoryName(here)!, "*.txt").OrderBy(f => f, StringComparer.Ordinal).SelectMany(Read);

    public override string ToString() => $"{Id} {Title}";

    /// <summary>A scenario begins with <c>## ID title</c>; <c>differs:</c> says why on purpose; <c>#</c> begins a remark.</summary>
    public static IEnumerable<Script> Read(string file)
    {
        Script? open = null;
        var number = 0;
        foreach (var line in File.ReadLines(file).Select(l => l.Trim()))
        {
            number++;
            if (line.StartsWith("## ", StringComparison.Ordinal))
            {
                if (open is not null)
                    yield return open;
                var words = line[3..].Split(' ', 2);
                open = new Script(words[0], words[1], null, []);
            }
            else if (open is not null && line.StartsWith("differs:", StringComparison.Ordinal))
            {
                open = open with { Differs = line[8..].Trim() };
            }
            else if (open is not null && line.Length > 0 && line[0] != '#')
            {
                open = open with { Lines = open.Lines.Add((number, line)) };
            }
        }

        if (open is not null)
            yield return open;
    }
}
