using System.CommandLine;
using Slipway.Api;
using Slipway.Terminal;

namespace Slipway.Commands;

/// <summary><c>slipway status</c>: what runs where.</summary>
internal static class StatusCommand
{
    public static Command Make(CliContext cli)
    {
        Command command = new("status", "Show what runs where: every environment, or one project's with --project.");
        command.SetAction(Session.Action(cli, async (session, cancellationToken) =>
        {
            var status = await ReadAsync(session, cancellationToken);
            session.Output.Show(status, width => Grid.Lines(status, width));
            return ExitCode.Ok;
        }));
        return command;
    }

    /// <summary>The status of all projects, or of the one that was named.</summary>
    public static async Task<StatusResponse> ReadAsync(Session session, CancellationToken cancellationToken)
    {
        var status = await session.Client.StatusAsync(cancellationToken);
        if (session.NamedProject is not { } named)
            return status;
        return status.Projects.Where(p => p.Name == named).ToList() is { Count: > 0 } found
            ? status with { Projects = found }
            : throw new Refusal(ExitCode.Failed, new ProblemItem("SLIP0203", "projects", $"there is no project '{named}'",
                status.Projects.Count == 0 ? "apply one with `slipway apply`" : $"there are {string.Join(", ", status.Projects.Select(p => p.Name))}"));
    }
}
