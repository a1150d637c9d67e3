using System.CommandLine;
using Slipway.Api;
using Slipway.Terminal;

namespace Slipway.Commands;

/// <summary>Commands to an environment: deploy, promote, approve, pause, resume, abort, rollback.</summary>
internal static class ActionCommands
{
    public static Command Deploy(CliContext cli)
    {
        Argument<string> version = new("version") { HelpName = "VERSION", Description = "The release." };
        Option<bool> force = new("--force") { Description = "Skip the promotion graph; needs --reason. Never deploys what is flagged bad." };
        var reason = Reason();
        Command command = new("deploy", "Bring a release into an environment.") { version, force, reason };
        command.Validators.Add(result =>
        {
            if (result.GetValue(force) && string.IsNullOrWhiteSpace(result.GetValue(reason)))
                result.AddError("--force needs a --reason: it is kept with the deployment.");
        });
        return Acting(cli, command, "deploy", s => new DeployActionRequest(s.Get(version)!, s.By, s.Get(reason), s.Get(force)), WaitFor.Success);
    }

    public static Command Promote(CliContext cli) =>
        Simple(cli, "promote", "Go on without waiting; with nothing under way, bring in the newest eligible release.", null, WaitFor.Success);

    public static Command Approve(CliContext cli) => Simple(cli, "approve", "Approve what waits for an approval.", null, null);

    public static Command Pause(CliContext cli) => Simple(cli, "pause", "Stop at the present step, with traffic as it is.", Reason(), null);

    public static Command Resume(CliContext cli) => Simple(cli, "resume", "Go on after a pause.", null, null);

    public static Command Abort(CliContext cli) => Simple(cli, "abort", "Take the release that comes in back out; says nothing about it.", Reason(), WaitFor.Return);

    public static Command Rollback(CliContext cli)
    {
        Option<string?> to = new("--to") { HelpName = "VERSION", Description = "A good release; the last good one when left out." };
        var reason = Reason();
        return Acting(cli, new Command("rollback", "Return to the last good release now.") { to, reason }, "rollback", s => new RollbackRequest(s.By, s.Get(reason), s.Get(to)), WaitFor.Return);
    }

    private static Command Simple(CliContext cli, string verb, string description, Option<string?>? reason, WaitFor? wait)
    {
        Command command = new(verb, description);
        if (reason is not null)
            command.Options.Add(reason);
        return Acting(cli, command, verb, s => new ActionRequest(s.By, reason is null ? null : s.Get(reason)), wait);
    }

    private static Command Acting<TRequest>(CliContext cli, Command command, string verb, Func<Session, TRequest> request, WaitFor? wait) where TRequest : notnull
    {
        Argument<string> environment = new("environment") { HelpName = "ENVIRONMENT", Description = "The environment." };
        command.Arguments.Insert(0, environment);
        var waiting = wait is null ? null : WaitOptions.AddTo(command);
        command.SetAction(Session.Action(cli, async (session, cancellationToken) =>
        {
            var limit = waiting?.Limit(session);
            var answer = await session.Client.ActAsync(await session.ProjectAsync(cancellationToken), session.Get(environment)!, verb, request(session), cancellationToken);
            if (limit is not { } most || answer.Deployment is not { } begun)
            {
                session.Output.Show(answer, width => Wrap.Text(answer.Message, width).Select(t => new Line(t)));
                return ExitCode.Ok;
            }

            session.Output.Say(answer.Message);
            var (exit, last) = await new Waiting(session, wait!.Value).ForAsync(begun, most, cancellationToken);
            session.Output.Show(answer with { Deployment = last }, width => Rollout.Lines(last, cli.Time.GetUtcNow(), width));
            if (exit is ExitCode.TimedOut)
                session.Output.Say($"{last.Id} had not ended after {Figures.Duration(most)}; it goes on. See `slipway explain {last.Id}`.");
            return exit;
        }));
        return command;
    }

    private static Option<string?> Reason() => new("--reason") { HelpName = "TEXT", Description = "Why; it is kept with the deployment." };
}
