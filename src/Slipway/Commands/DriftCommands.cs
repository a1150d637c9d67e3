using System.CommandLine;
using Slipway.Api;
using Slipway.Terminal;

namespace Slipway.Commands;

/// <summary><c>slipway drift</c>: what is observed and nobody asked for.</summary>
internal static class DriftCommands
{
    private static readonly Argument<string> Environment = new("environment") { HelpName = "ENVIRONMENT", Description = "The environment." };
    private static readonly Option<string?> Reason = new("--reason") { HelpName = "TEXT", Description = "Why; it is kept." };

    public static Command Make(CliContext cli) => new("drift", "Accept or revert what serves although nobody deployed it.")
    {
        Act(cli, "accept", "Let what is observed to serve everyone be what shall serve.", accept: true),
        Act(cli, "revert", "Put back what should be served.", accept: false),
    };

    private static Command Act(CliContext cli, string name, string description, bool accept)
    {
        Command command = new(name, description) { Environment, Reason };
        command.SetAction(Session.Action(cli, async (session, cancellationToken) =>
        {
            var answer = await session.Client.DriftAsync(await session.ProjectAsync(cancellationToken), session.Get(Environment)!, new ActionRequest(session.By, session.Get(Reason)), accept, cancellationToken);
            session.Output.Show(answer, width => Wrap.Text(answer.Message, width).Select(t => new Line(t)));
            return ExitCode.Ok;
        }));
        return command;
    }
}
