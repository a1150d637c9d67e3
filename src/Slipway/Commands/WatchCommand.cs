using System.Collections.Immutable;
using System.CommandLine;
using Slipway.Api;
using Slipway.Terminal;

namespace Slipway.Commands;

/// <summary><c>slipway watch</c>: a live screen; lines where there is no terminal; a JSON document a change with <c>--format json</c>.</summary>
internal static class WatchCommand
{
    private const int Kept = 50;
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    public static Command Make(CliContext cli)
    {
        Command command = new("watch", "Follow live what runs where, and how rollouts get on. Ctrl-C ends it.");
        command.SetAction(Session.Action(cli, (session, cancellationToken) => RunAsync(session, cancellationToken)));
        return command;
    }

    private static async Task<ExitCode> RunAsync(Session session, CancellationToken cancellationToken)
    {
        // The first look is outside the screen, so that a wrong address is told as by any command.
        var first = await LookAsync(session, null, cancellationToken);
        if (session.Output.IsLive)
            await new LiveScreen(session.Cli, session.Cli.Out).RunAsync(show => LoopAsync(session, first, model => show((width, height) => LiveView.Lines(model, width, height)), cancellationToken));
        else
            await LoopAsync(session, first, Plainly(session), cancellationToken);
        return ExitCode.Ok;
    }

    private static async Task LoopAsync(Session session, LiveModel model, Action<LiveModel> show, CancellationToken cancellationToken)
    {
        while (true)
        {
            show(model);
            await Task.Delay(Pace, session.Cli.Time, cancellationToken);
            try
            {
                model = await LookAsync(session, model, cancellationToken);
            }
            catch (Exception e) when (Refusal.IsBrokenConnection(e))
            {
                model = model with { Header = [Header(session, model.Status), new Line(new Span("The server does not answer; what is shown is old. Trying again…", Tone.Bad))] };
            }
        }
    }

    private static async Task<LiveModel> LookAsync(Session session, LiveModel? before, CancellationToken cancellationToken)
    {
        var status = await StatusCommand.ReadAsync(session, cancellationToken);
        var after = before?.Events is [.., var last] ? last.Position : Math.Max(0, status.Position - Kept);
        // Nothing new is the usual case, and then one question is enough.
        var events = status.Position > after || before is null ? await session.Client.EventsAsync(after, cancellationToken) : [];
        return new LiveModel(status, [.. (before?.Events ?? []).Concat(events).TakeLast(Kept)], Header(session, status));
    }

    private static Line Header(Session session, StatusResponse status) =>
        new([new Span("Slipway ", Tone.Strong), $"{status.Version}  {session.Server}  ", new Span(Figures.Time(status.At), Tone.Dim)]);

    /// <summary>The grid once, then every event as a line; as JSON, the status whenever it changed.</summary>
    private static Action<LiveModel> Plainly(Session session)
    {
        LiveModel? shown = null;
        return model =>
        {
            if (session.Output.Json)
            {
                if (shown is null || model.Status.Position != shown.Status.Position)
                    session.Output.ShowNext(model.Status, _ => []);
            }
            else if (shown is null)
            {
                session.Output.ShowNext(model.Status, width => Grid.Lines(model.Status, width));
            }
            else
            {
                var known = shown.Events is [.., var last] ? last.Position : 0;
                foreach (var e in model.Events.Where(e => e.Position > known))
                    session.Output.ShowNext(e, _ => [EventLines.Of(e)]);
            }

            shown = model;
        };
    }
}
