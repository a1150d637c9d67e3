using System.CommandLine;
using Slipway.Api;
using Slipway.Terminal;

namespace Slipway.Commands;

/// <summary><c>slipway events</c>: everything that happened, in order.</summary>
internal static class EventsCommand
{
    private const int MostFailures = 30;
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    public static Command Make(CliContext cli)
    {
        Option<long> after = new("--after") { HelpName = "POSITION", Description = "Begin after this position." };
        Option<bool> follow = new("--follow") { Description = "Go on with events as they happen; one JSON document a line with --format json. Ctrl-C ends it." };
        Command command = new("events", "List what happened: up to 500 events, or with --follow all of them as they come.") { after, follow };
        command.SetAction(Session.Action(cli, async (session, cancellationToken) =>
        {
            if (session.Get(follow))
                return await FollowAsync(session, session.Get(after), cancellationToken);
            var events = await session.Client.EventsAsync(session.Get(after), cancellationToken);
            session.Output.Show(events, _ => events.Select(e => EventLines.Of(e, position: true)));
            return ExitCode.Ok;
        }));
        return command;
    }

    /// <summary>Goes on where it was when the connection breaks: positions never repeat.</summary>
    private static async Task<ExitCode> FollowAsync(Session session, long after, CancellationToken cancellationToken)
    {
        // Something that is no Slipway server would look like one where nothing happens.
        await session.Client.StatusAsync(cancellationToken);
        var (connected, failures) = (false, 0);
        while (true)
        {
            try
            {
                await foreach (var e in session.Client.FollowAsync(after, cancellationToken))
                {
                    session.Output.ShowNext(e, _ => [EventLines.Of(e, position: true)]);
                    (after, connected, failures) = (e.Position, true, 0);
                }

                (connected, failures) = (true, 0);
            }
            catch (Exception e) when (connected && failures < MostFailures && Refusal.IsBrokenConnection(e))
            {
                if (failures++ == 0)
                    session.Output.Say($"The connection broke; going on after {after} as soon as the server answers.");
            }

            await Task.Delay(Pace, session.Cli.Time, cancellationToken);
        }
    }
}
