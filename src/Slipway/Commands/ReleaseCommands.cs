using System.CommandLine;
using Slipway.Api;
using Slipway.Artifacts;
using Slipway.Terminal;

namespace Slipway.Commands;

/// <summary><c>slipway release create|list|show|flag|unflag</c>.</summary>
internal static class ReleaseCommands
{
    public static Command Make(CliContext cli) => new("release", "Make releases, look at them, and say which are bad.")
    {
        Create(cli), List(cli), Show(cli),
        Flag(cli, "flag", "Say that a release is bad: it is stopped and taken back everywhere, and nothing deploys it again.", bad: true),
        Flag(cli, "unflag", "Take the bad flag off again.", bad: false),
    };

    private static Command Create(CliContext cli)
    {
        Argument<string[]> what = new("VERSION PATH") { HelpName = "VERSION PATH", Description = "PATH: a directory, .tar.gz, .tar or .zip. VERSION may be left out: the project's scheme then makes one. With --reference there is no PATH.", Arity = new ArgumentArity(0, 2) };
        Option<string?> reference = new("--reference") { HelpName = "REF", Description = "A name that the target understands, instead of files." };
        Option<string?> notes = new("--notes") { HelpName = "TEXT", Description = "What is new." };
        Command command = new("create", "Make a release of a directory, an archive or a reference.") { what, reference, notes };
        command.SetAction(Session.Action(cli, async (session, cancellationToken) =>
        {
            var (version, path) = Split(session.Get(what) ?? [], session.Get(reference));
            var project = await session.ProjectAsync(cancellationToken);
            var artifact = path is null ? null : await Upload.SendAsync(path, session.Client, cli, cancellationToken);
            CreateReleaseRequest request = new(version, artifact?.Digest, session.Get(reference), session.Get(notes), session.By);
            var release = await session.Client.CreateReleaseAsync(project, request, cancellationToken);
            session.Output.Show(release, width => Lines(release, width));
            return ExitCode.Ok;
        }));
        return command;
    }

    private static Command List(CliContext cli)
    {
        Command command = new("list", "List a project's releases, newest first.");
        command.SetAction(Session.Action(cli, async (session, cancellationToken) =>
        {
            var releases = await session.Client.ReleasesAsync(await session.ProjectAsync(cancellationToken), cancellationToken);
            session.Output.Show(releases, width => Lines(releases, width));
            return ExitCode.Ok;
        }));
        return command;
    }

    private static Command Show(CliContext cli)
    {
        var version = Version();
        Command command = new("show", "Show one release.") { version };
        command.SetAction(Session.Action(cli, async (session, cancellationToken) =>
        {
            var release = await session.Client.ReleaseAsync(await session.ProjectAsync(cancellationToken), session.Get(version)!, cancellationToken);
            session.Output.Show(release, width => Lines(release, width));
            return ExitCode.Ok;
        }));
        return command;
    }

    private static Command Flag(CliContext cli, string name, string description, bool bad)
    {
        var version = Version();
        Option<string> reason = new("--reason") { HelpName = "TEXT", Description = "Why; it is kept with the release.", Required = true };
        var dryRun = Acting.DryRun();
        Command command = new(name, description) { version, reason, dryRun };
        command.SetAction(Session.Action(cli, async (session, cancellationToken) =>
        {
            var project = await session.ProjectAsync(cancellationToken);
            var answer = await session.Client.FlagAsync(project, session.Get(version)!, new FlagRequest(session.By, session.Get(reason)!), bad, cancellationToken, session.Get(dryRun));
            session.Output.Show(answer, width => Acting.Lines(answer.Message, answer.DryRun, width));
            return ExitCode.Ok;
        }));
        return command;
    }

    private static Argument<string> Version() => new("version") { HelpName = "VERSION", Description = "The release." };

    private static (string? Version, string? Path) Split(string[] what, string? reference) => (what, reference) switch
    {
        ([var version, var path], null) => (version, path),
        ([var path], null) => (null, path),
        ([var version], not null) => (version, null),
        ([], not null) => (null, null),
        ([], null) => throw Refusal.Usage("release create", "it is not said what the release is made of", "give a directory or an archive, such as `slipway release create 1.2.0 ./out`, or `--reference`"),
        _ => throw Refusal.Usage("release create", $"both files ('{what[1]}') and a reference ('{reference}') are given", "leave one out"),
    };

    private static IEnumerable<Line> Lines(ReleaseResponse r, int width) =>
    [
        new Line([new Span($"{r.Project} {r.Version}", Tone.Strong), r.Bad is null ? "" : new Span("  BAD", Tone.Bad)]),
        new Line($"  made of    {r.Reference ?? r.Digest}"),
        new Line($"  created    {Figures.Time(r.CreatedAt)} by {r.CreatedBy}"),
        .. r.Notes is null ? [] : Wrap.Hanging("  notes      ", r.Notes, width),
        .. r.Bad is null ? [] : Wrap.Hanging(new Span("  bad        ", Tone.Bad), $"{r.Bad.Why} (said {r.Bad.By} at {Figures.Time(r.Bad.At)})", width),
        .. r.Environments.Select(e => new Line($"  {e.Environment,-10} {e.State}")),
    ];

    private static IEnumerable<Line> Lines(IReadOnlyList<ReleaseResponse> releases, int width)
    {
        if (releases.Count == 0)
            return [new Line("There is no release yet. `slipway release create ./out` makes one.")];
        Columns table = new("VERSION", "CREATED", "BY", "STATE", "WHERE");
        foreach (var r in releases)
        {
            table.Add([[new Span(r.Version, Tone.Strong)], [Figures.Time(r.CreatedAt)], [r.CreatedBy], [r.Bad is null ? "" : new Span("BAD", Tone.Bad)], [.. r.Environments.Select(e => new Span($"{e.Environment}: {e.State}"))]],
                r.Bad is null ? [] : [new Span(r.Bad.Why, Tone.Dim)]);
        }

        return table.Lines(width);
    }
}
