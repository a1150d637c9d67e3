using System.CommandLine;
using Slipway.Api;
using Slipway.Terminal;

namespace Slipway.Commands;

/// <summary>What all commands to an environment have in common: the environment, a reason, a dry run, and for some to be waited for.</summary>
internal static class Acting
{
    public static Option<string?> Reason() => new("--reason") { HelpName = "TEXT", Description = "Why; it is kept with what is done." };

    public static Option<bool> DryRun() => new("--dry-run") { Description = "Only say what would happen." };

    /// <summary>A command that takes nothing but a reason.</summary>
    public static Command Simple(CliContext cli, string verb, string description, WaitFor? wait = null)
    {
        var reason = Reason();
        return Make(cli, new Command(verb, description) { reason }, s => new ActionRequest(s.By, s.Get(reason)), wait);
    }

    /// <param name="wait">What a person who waits for it hopes for; null when there is nothing to wait for.</param>
    public static Command Make<TRequest>(CliContext cli, Command command, Func<Session, TRequest> request, WaitFor? wait = null) where TRequest : notnull
    {
        Argument<string> environment = new("environment") { HelpName = "ENVIRONMENT", Description = "The environment." };
        command.Arguments.Insert(0, environment);
        var dryRun = DryRun();
        command.Options.Add(dryRun);
        var waiting = wait is null ? null : WaitOptions.AddTo(command, dryRun);
        command.SetAction(Session.Action(cli, async (session, cancellationToken) =>
        {
            var limit = waiting?.Limit(session);
            Place place = new(await session.ProjectAsync(cancellationToken), session.Get(environment)!);
            var answer = await session.Client.ActAsync(place.Project, place.Environment, command.Name, request(session), cancellationToken, session.Get(dryRun));
            if (limit is not { } most || (answer.Deployment is null && answer.Queued is null))
            {
                session.Output.Show(answer, width => Lines(answer.Message, answer.DryRun, width));
                return ExitCode.Ok;
            }

            session.Output.Say(answer.Message);
            return await FollowAsync(session, answer, place, new Waiting(session, wait!.Value, most), cancellationToken);
        }));
        return command;
    }

    /// <summary>A sentence, and that nothing was done where that is so.</summary>
    public static IEnumerable<Line> Lines(string message, bool dryRun, int width) =>
        [.. Wrap.Text(message, width).Select(t => new Line(t)), .. dryRun ? new[] { new Line("Nothing was done: this was a dry run.") } : []];

    private static async Task<ExitCode> FollowAsync(Session session, ActionResponse answer, Place place, Waiting waiting, CancellationToken cancellationToken)
    {
        var (exit, last) = await waiting.ForAsync(answer, place, cancellationToken);
        session.Output.Show(answer with { Deployment = last }, width => last is null ? [] : Rollout.Lines(last, session.Cli.Time.GetUtcNow(), width));
        if (exit is ExitCode.TimedOut)
        {
            session.Output.Say(last is null
                ? $"{answer.Queued!.Candidate} still waits after {Figures.Duration(waiting.Limit)}. See `slipway explain {place.Environment}`."
                : $"{last.Id} had not ended after {Figures.Duration(waiting.Limit)}; it goes on. See `slipway explain {last.Id}`.");
        }
        else if (last is null)
        {
            session.Output.Say($"{answer.Queued!.Candidate} no longer waits, and did not begin. See `slipway explain {place.Environment}`.");
        }

        return exit;
    }
}

/// <summary>Where a command is given.</summary>
internal sealed record Place(string Project, string Environment);
