using System.CommandLine;
using Slipway.Api;
using Slipway.Terminal;

namespace Slipway.Commands;

/// <summary><c>slipway doctor</c>: whether all is well, and what to do about what is not.</summary>
internal static class DoctorCommand
{
    public static Command Make(CliContext cli)
    {
        Command command = new("doctor", "Check the server, its store, disk, clocks, versions, gateways, instances, artifacts, secrets and environments; exit code 1 when something is not well.");
        command.SetAction(Session.Action(cli, async (session, cancellationToken) =>
        {
            var subject = await SubjectAsync(session, cancellationToken);
            List<Result> results = [];
            foreach (var check in DoctorChecks.Of(session.Server))
                results.Add(new Result(check.Name, await check.LookAsync(subject, cancellationToken)));
            if (subject.Status is not null)
                results.AddRange(await OfServerAsync(session, cancellationToken));
            var ok = results.TrueForAll(r => r.Finding.Ok is true);
            session.Output.Show(
                new { Ok = ok, Checks = results.Select(r => new { r.Name, r.Finding.Ok, r.Finding.Message, r.Finding.Remedy }) },
                width => results.SelectMany(r => Lines(r, width)));
            return ok ? ExitCode.Ok : ExitCode.Failed;
        }));
        return command;
    }

    private static async Task<DoctorSubject> SubjectAsync(Session session, CancellationToken cancellationToken)
    {
        var ready = await session.Client.IsReadyAsync(cancellationToken);
        var asked = session.Cli.Time.GetUtcNow();
        var (status, problem) = await StatusAsync(session, cancellationToken);
        var middle = asked + ((session.Cli.Time.GetUtcNow() - asked) / 2);
        return new DoctorSubject(session.Server, DataPaths.Choose(session.Get(Globals.Data), session.Cli.Variable), ready, status, problem, middle);
    }

    /// <summary>What only the server can see.</summary>
    private static async Task<IEnumerable<Result>> OfServerAsync(Session session, CancellationToken cancellationToken)
    {
        try
        {
            return (await session.Client.ChecksAsync(cancellationToken)).Checks.Select(c => new Result(c.Name, new DoctorFinding(c.Ok, c.Message, c.Remedy)));
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && Refusal.Of(e, session.Server) is { } refusal)
        {
            return [new Result("self", DoctorFinding.Unknown($"the server does not look at itself: {refusal.Problems[0].Message}"))];
        }
    }

    private static async Task<(StatusResponse? Status, Refusal? Problem)> StatusAsync(Session session, CancellationToken cancellationToken)
    {
        try
        {
            return (await session.Client.StatusAsync(cancellationToken), null);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && Refusal.Of(e, session.Server) is { } refusal)
        {
            return (null, refusal);
        }
    }

    private static IEnumerable<Line> Lines(Result result, int width)
    {
        var mark = result.Finding.Ok switch { true => new Span("ok       ", Tone.Good), false => new Span("not well ", Tone.Bad), null => new Span("unknown  ", Tone.Warn) };
        var lead = $"{result.Name,-13}";
        var text = Wrap.Text(result.Finding.Message, width - mark.Text.Length - lead.Length).ToList();
        yield return new Line([mark, new Span(lead, Tone.Strong), text[0]]);
        foreach (var more in text.Skip(1).Concat(result.Finding.Remedy is { } remedy ? Wrap.Text($"→ {remedy}", width - mark.Text.Length - lead.Length) : []))
            yield return new Line(new string(' ', mark.Text.Length + lead.Length) + more);
    }

    private sealed record Result(string Name, DoctorFinding Finding);
}
