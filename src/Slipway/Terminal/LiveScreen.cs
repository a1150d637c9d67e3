using System.Collections.Immutable;
using Spectre.Console;

namespace Slipway.Terminal;

/// <summary>Redraws lines in place on a terminal, at its size of the moment.</summary>
internal sealed class LiveScreen(CliContext cli, TextWriter writer)
{
    /// <summary>Runs until <paramref name="body"/> ends; it shows a screen as often as it likes.</summary>
    /// <param name="body">Gets what shows a screen: a function of the terminal's columns and rows.</param>
    /// <param name="keep">Whether what was shown last stays.</param>
    public Task RunAsync(Func<Action<Func<int, int, ImmutableArray<Line>>>, Task> body, bool keep = true) =>
        Consoles.Of(cli, writer, isTerminal: true).Live(new Text("")).AutoClear(!keep).Overflow(VerticalOverflow.Crop).Cropping(VerticalOverflowCropping.Bottom)
            .StartAsync(context => body(screen =>
            {
                var (width, height) = cli.Size();
                // The last row stays free: a line that ends there would scroll the screen.
                context.UpdateTarget(Consoles.Rows(screen(width, height - 1)));
            }));
}
