using System.CommandLine;
using Slipway.Api;
using Slipway.Terminal;

namespace Slipway.Commands;

/// <summary><c>slipway project list|show</c>.</summary>
internal static class ProjectCommands
{
    public static Command Make(CliContext cli) => new("project", "Look at projects.") { List(cli), Show(cli) };

    private static Command List(CliContext cli)
    {
        Command command = new("list", "List all projects.");
        command.SetAction(Session.Action(cli, async (session, cancellationToken) =>
        {
            var projects = await session.Client.ProjectsAsync(cancellationToken);
            session.Output.Show(projects, width => Lines(projects, width));
            return ExitCode.Ok;
        }));
        return command;
    }

    private static Command Show(CliContext cli)
    {
        Argument<string?> name = new("name") { HelpName = "NAME", Description = "The project; what --project says when left out.", Arity = ArgumentArity.ZeroOrOne };
        Command command = new("show", "Show one project with its environments.") { name };
        command.SetAction(Session.Action(cli, async (session, cancellationToken) =>
        {
            var project = await session.Client.ProjectAsync(session.Get(name) ?? await session.ProjectAsync(cancellationToken), cancellationToken);
            session.Output.Show(project, width => Grid.Lines(project, width));
            return ExitCode.Ok;
        }));
        return command;
    }

    private static IEnumerable<Line> Lines(IReadOnlyList<ProjectStatus> projects, int width)
    {
        if (projects.Count == 0)
            return [new Line("There is no project yet. `slipway apply -f slipway.yaml` makes one.")];
        Columns table = new("PROJECT", "HOSTS", "ENVIRONMENTS");
        foreach (var p in projects)
            table.Add(new Span(p.Name, Tone.Strong), string.Join(", ", p.Hosts), string.Join(", ", p.Environments.Select(e => e.Name)));
        return table.Lines(width);
    }
}
