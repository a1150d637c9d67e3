using System.Text.Encodings.Web;
using System.Text.Json;
using Slipway.Api;
using Spectre.Console;

namespace Slipway.Terminal;

/// <summary>Where a command's results go: data on stdout (text for people, or JSON), words on stderr.</summary>
internal sealed class Output(CliContext cli, bool json)
{
    private static readonly JsonSerializerOptions Compact = new(SlipwayClient.Json) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonSerializerOptions Indented = new(Compact) { WriteIndented = true };

    public bool Json => json;

    /// <summary>Whether to draw over what was drawn: a person looks, and wants no JSON.</summary>
    public bool IsLive => cli.OutIsTerminal && !json;

    private int Width => cli.OutIsTerminal ? Math.Max(40, cli.Size().Width) : CliContext.PlainWidth;

    /// <summary>The command's one result.</summary>
    /// <param name="text">Lines for people, given the width.</param>
    public void Show<T>(T value, Func<int, IEnumerable<Line>> text)
    {
        if (json)
            cli.Out.WriteLine(JsonSerializer.Serialize(value, Indented));
        else
            Lines(text(Width));
    }

    /// <summary>One result of many: a JSON document a line.</summary>
    public void ShowNext<T>(T value, Func<int, IEnumerable<Line>> text)
    {
        if (json)
            cli.Out.WriteLine(JsonSerializer.Serialize(value, Compact));
        else
            Lines(text(Width));
        cli.Out.Flush();
    }

    /// <summary>Words to a person, beside the data.</summary>
    public void Say(Line line)
    {
        cli.Error.WriteLine(line.ToString());
        cli.Error.Flush();
    }

    public void Problem(ExitCode exit, IReadOnlyList<ProblemItem> problems)
    {
        if (json)
            cli.Out.WriteLine(JsonSerializer.Serialize(new { Ok = false, ExitCode = (int)exit, Problems = problems }, Indented));
        else
            Lines(problems.SelectMany(p => (IEnumerable<Line>)[new Line([new Span(p.Code, Tone.Bad), $" {p.Place}: {p.Message}"]), new Line($"  {p.Remedy}")]), cli.Error, cli.ErrorIsTerminal);
    }

    private void Lines(IEnumerable<Line> lines) => Lines(lines, cli.Out, cli.OutIsTerminal);

    private void Lines(IEnumerable<Line> lines, TextWriter writer, bool isTerminal)
    {
        if (!isTerminal || !cli.Colour)
        {
            foreach (var line in lines)
                writer.WriteLine(line.ToString());
            return;
        }

        var console = Consoles.Of(cli, writer, isTerminal);
        foreach (var line in lines)
            console.MarkupLine(line.ToMarkup());
    }
}
