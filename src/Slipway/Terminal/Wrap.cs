using System.Buffers;
using System.Collections.Immutable;

namespace Slipway.Terminal;

/// <summary>Text broken into lines of a width; nothing is lost.</summary>
internal static class Wrap
{
    private static readonly SearchValues<char> Marks = SearchValues.Create("-._/+,");

    public static IEnumerable<string> Text(string text, int width)
    {
        width = Math.Max(1, width);
        var rest = text.Trim();
        while (rest.Length > width)
        {
            var cut = Break(rest, width);
            yield return rest[..cut].TrimEnd();
            rest = rest[cut..].TrimStart();
        }

        yield return rest;
    }

    /// <summary>A lead (such as <c>why</c>), then text that hangs under its first line.</summary>
    public static IEnumerable<Line> Hanging(Span lead, string text, int width, Tone tone = Tone.Plain)
    {
        var indent = lead.Text.Length;
        return Text(text, width - indent).Select((line, i) => new Line([i == 0 ? lead : new string(' ', indent), new Span(line, tone)]));
    }

    public static ImmutableArray<Span> Span(Span span, int width) => [.. Text(span.Text, width).Select(t => new Span(t, span.Tone))];

    /// <summary>After the last space, else after the last mark inside a version or a path, else anywhere.</summary>
    private static int Break(string text, int width)
    {
        if (text[width] == ' ')
            return width;
        var space = text.LastIndexOf(' ', width - 1);
        if (space > 0)
            return space + 1;
        var mark = text.AsSpan(0, width).LastIndexOfAny(Marks);
        return mark > 0 ? mark + 1 : width;
    }
}
