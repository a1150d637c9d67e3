using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace Slipway.Core.Tests.Scenarios;

/// <summary>One acceptance scenario: an id, a title, why it differs from the peer's where it does, and its lines.</summary>
public sealed record Script(string Id, string Title, string? Differs, ImmutableArray<(int Number, string Text)> Lines)
{
    public static IEnumerable<Script> All([CallerFilePath] string here = "") =>
        Directory.EnumerateFiles(Path.GetDirectoryName(here)!, "*.txt").OrderBy(f => f, StringComparer.Ordinal).SelectMany(Read);

    public override string ToString() => $"{Id} {Title}";

    /// <summary>A scenario begins with <c>## ID title</c>; <c>differs:</c> says why on purpose; <c>#</c> begins a remark.</summary>
    internal static IEnumerable<Script> Read(string file)
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

/// <summary>Values as scenarios write them.</summary>
internal static class Words
{
    public static TimeSpan Time(string text)
    {
        var total = TimeSpan.Zero;
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            var value = double.Parse(part[..^1], CultureInfo.InvariantCulture);
            total += part[^1] switch { 's' => TimeSpan.FromSeconds(value), 'm' => TimeSpan.FromMinutes(value), 'h' => TimeSpan.FromHours(value), 'd' => TimeSpan.FromDays(value), _ => throw new FormatException(text) };
        }

        return total;
    }

    public static Core.Traffic.Weight Percent(string text) => Core.Traffic.Weight.FromPercent(decimal.Parse(text.TrimEnd('%'), CultureInfo.InvariantCulture))!.Value;

    public static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
