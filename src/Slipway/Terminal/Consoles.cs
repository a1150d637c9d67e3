using Spectre.Console;

namespace Slipway.Terminal;

/// <summary>Spectre's consoles over our streams: colour and cursor only where a terminal is.</summary>
internal static class Consoles
{
    public static IAnsiConsole Of(CliContext cli, TextWriter writer, bool isTerminal)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = isTerminal && cli.Variable("TERM") != "dumb" ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = isTerminal && cli.Colour ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = isTerminal ? InteractionSupport.Yes : InteractionSupport.No,
        });
        if (!isTerminal)
            console.Profile.Width = CliContext.PlainWidth;
        return console;
    }

    /// <summary>Spectre gives an empty line no height, so it gets a space.</summary>
    public static Rows Rows(IEnumerable<Line> lines) => new(lines.Select(l => new Markup(l.Width == 0 ? " " : l.ToMarkup())));
}
