using System.Collections.Immutable;
using Spectre.Console;

namespace Slipway.Terminal;

/// <summary>What a piece of text means; colours follow from it where there are any.</summary>
internal enum Tone
{
    Plain,
    Dim,
    Strong,
    Good,
    Warn,
    Bad,
    Candidate,
}

/// <summary>Text of one tone. Control characters are taken out: names and reasons come from people, and a terminal obeys what it is sent.</summary>
internal readonly record struct Span
{
    public Span(string text, Tone tone = Tone.Plain) => (Text, Tone) = (Clean(text), tone);

    public string Text { get; private init; }

    public Tone Tone { get; private init; }

    public static implicit operator Span(string text) => new(text);

    private static string Clean(string text) => text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c)) : text;
}

/// <summary>One line for a terminal or a file: the same characters in both.</summary>
internal sealed record Line(params ImmutableArray<Span> Spans)
{
    public static Line Empty { get; } = new([]);

    public int Width => Spans.Sum(s => s.Text.Length);

    public static implicit operator Line(string text) => new(new Span(text));

    public override string ToString() => string.Concat(Spans.Select(s => s.Text)).TrimEnd();

    /// <summary>For a console that knows colours.</summary>
    public string ToMarkup() => string.Concat(Spans.Select(s => Style(s.Tone) is { } style ? $"[{style}]{Markup.Escape(s.Text)}[/]" : Markup.Escape(s.Text)));

    /// <summary>Cut to a width, so that a live view never wraps.</summary>
    public Line Cut(int width)
    {
        if (Width <= width)
            return this;
        var left = width - 1;
        List<Span> kept = [];
        foreach (var span in Spans)
        {
            if (span.Text.Length >= left)
            {
                kept.Add(new Span(string.Concat(span.Text.AsSpan(0, Math.Max(0, left)), "…"), span.Tone));
                break;
            }

            kept.Add(span);
            left -= span.Text.Length;
        }

        return new Line([.. kept]);
    }

    /// <summary>Basic colours only: they follow the terminal's own light or dark theme.</summary>
    private static string? Style(Tone tone) => tone switch
    {
        Tone.Dim => "dim",
        Tone.Strong => "bold",
        Tone.Good => "green",
        Tone.Warn => "yellow",
        Tone.Bad => "bold red",
        Tone.Candidate => "blue",
        _ => null,
    };
}
