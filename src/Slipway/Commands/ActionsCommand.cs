using System.CommandLine;
using Slipway.Api;
using Slipway.Terminal;

namespace Slipway.Commands;

/// <summary><c>slipway actions</c>: every command and what it would do now.</summary>
internal static class ActionsCommand
{
    public static Command Make(CliContext cli)
    {
        Argument<string> environment = new("environment") { HelpName = "ENVIRONMENT", Description = "The environment." };
        Command command = new("actions", "Show every command to an environment and what it would do now.") { environment };
        command.SetAction(Session.Action(cli, async (session, cancellationToken) =>
        {
            var actions = await session.Client.ActionsAsync(await session.ProjectAsync(cancellationToken), session.Get(environment)!, session.By, cancellationToken);
            session.Output.Show(actions, width => Lines(actions, width));
            return ExitCode.Ok;
        }));
        return command;
    }

    /// <summary>First what does something, then what is so already, then what is refused.</summary>
    private static IEnumerable<Line> Lines(IReadOnlyList<ActionOption> actions, int width)
    {
        Columns table = new("COMMAND", "NOW");
        foreach (var a in actions.OrderBy(a => a.Does switch { "something" => 0, "nothing" => 1, _ => 2 }))
            table.Add(new Span(a.Typed, a.Does == "something" ? Tone.Strong : Tone.Dim), Now(a));
        return table.Lines(width);
    }

    private static Span Now(ActionOption a) => a.Does switch
    {
        "something" => new Span(a.NeedsReason ? $"{a.Says} (needs --reason)" : a.Says),
        "nothing" => new Span($"nothing to do: {a.Says}", Tone.Dim),
        _ => new Span($"refused: {a.Says}; {a.Remedy}", Tone.Dim),
    };
}
