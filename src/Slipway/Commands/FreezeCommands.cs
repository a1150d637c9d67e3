using System.CommandLine;
using System.Globalization;
using Slipway.Api;
using Slipway.Simulating;
using Slipway.Terminal;

namespace Slipway.Commands;

/// <summary><c>slipway freeze</c> and <c>slipway line</c>: when nothing may begin.</summary>
internal static class FreezeCommands
{
    private static readonly Option<string> File = new("--file", "-f") { HelpName = "FILE", Description = "A document with freezes: alone.", DefaultValueFactory = _ => "freezes.yaml" };
    private static readonly Option<bool> DryRun = new("--dry-run") { Description = "Only say what would change." };
    private static readonly Option<string?> Reason = new("--reason") { HelpName = "TEXT", Description = "Why; it is shown to everyone whom it stops." };
    private static readonly Option<string?> Tier = new("--tier") { HelpName = "TIER", Description = "Only environments of this tier." };
    private static readonly Option<string?> Environment = new("--environment") { HelpName = "ENVIRONMENT", Description = "Only environments of this name." };

    public static Command Freeze(CliContext cli)
    {
        Command list = new("list", "Show freeze windows, stops of the line, and where deployments may begin now.");
        list.SetAction(Session.Action(cli, async (session, cancellationToken) => Show(session, await session.Client.GovernanceAsync(cancellationToken))));
        Command apply = new("apply", "Make the installation's freeze windows be what a document says.") { File, DryRun };
        apply.SetAction(Session.Action(cli, async (session, cancellationToken) =>
        {
            var answer = await session.Client.SetFreezesAsync(Documents.Text(session.Get(File)!), session.By, session.Get(DryRun), cancellationToken);
            session.Output.Show(answer, _ => answer.Changes.Count == 0 ? [new Line("The freeze windows are already as the document says.")] : answer.Changes.Select(c => new Line(c)).Append(answer.Applied ? "Applied." : "Nothing was applied: this was a dry run."));
            return ExitCode.Ok;
        }));
        return new Command("freeze", "Times in which nothing begins by itself or by hand. They never block a rollback or an abort.") { list, apply };
    }

    public static Command Line(CliContext cli)
    {
        Command stop = new("stop", "Stop the line: nothing begins and nothing takes another step; rollbacks and aborts go on.") { Reason, Tier, Environment };
        stop.Validators.Add(result =>
        {
            if (string.IsNullOrWhiteSpace(result.GetValue(Reason)))
                result.AddError("Stopping the line needs a --reason: it is shown to everyone whom it stops.");
        });
        stop.SetAction(Session.Action(cli, async (session, cancellationToken) =>
        {
            var answer = await session.Client.StopLineAsync(Request(session), cancellationToken);
            session.Output.Show(answer, width => Wrap.Text($"The line is stopped for {answer.Scope}: {answer.Why}. Rollbacks and aborts go on.", width).Select(t => new Line(t)));
            return ExitCode.Ok;
        }));
        Command release = new("release", "End a stop of the line of the same scope.") { Reason, Tier, Environment };
        release.SetAction(Session.Action(cli, async (session, cancellationToken) => Show(session, await session.Client.ReleaseLineAsync(Request(session), cancellationToken))));
        return new Command("line", "Stop everything in an emergency, and let it go on.") { stop, release };
    }

    private static LineRequest Request(Session session) => new(session.By, session.Get(Reason), session.NamedProject, session.Get(Tier), session.Get(Environment));

    private static ExitCode Show(Session session, GovernanceResponse answer)
    {
        session.Output.Show(answer, width => Lines(answer, width));
        return ExitCode.Ok;
    }

    private static IEnumerable<Line> Lines(GovernanceResponse answer, int width)
    {
        foreach (var line in answer.Stops.SelectMany(s => Wrap.Hanging("  ", $"LINE STOPPED for {s.Scope} by {s.By}: {s.Why}", width, Tone.Bad)))
            yield return line;
        foreach (var line in answer.Freezes.SelectMany(f => Wrap.Hanging("  ", $"{f.Kind} {f.Name}: {f.Scope}{(f.Reason is { } why ? $" ({why})" : "")}{(f.Holds ? "; holds rollouts under way" : "")}{(f.Of is { } of ? $"; from {of}'s document" : "")}", width, Tone.Plain)))
            yield return line;
        Columns table = new("environment", "now", "until", "why");
        foreach (var e in answer.Environments)
        {
            table.Add(new Span($"{e.Project}/{e.Environment}"), new Span(e.IsOpen ? "open" : "closed", e.IsOpen ? Tone.Good : Tone.Warn),
                new Span(Time(e.IsOpen ? e.NextClose : e.NextOpen)), new Span(e.Why));
        }

        foreach (var line in table.Lines(width))
            yield return line;
    }

    private static string Time(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture) ?? "";
}
