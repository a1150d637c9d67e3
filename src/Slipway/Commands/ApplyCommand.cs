using System.CommandLine;
using Slipway.Api;
using Slipway.Terminal;

namespace Slipway.Commands;

/// <summary><c>slipway apply</c>: makes a project be what a document says.</summary>
internal static class ApplyCommand
{
    /// <summary>The server reads at most 2 MiB; a wrong file (a disk image, say) is not read whole to find that out.</summary>
    private const int MostBytes = 2 * 1024 * 1024;

    public static Command Make(CliContext cli)
    {
        Option<string> file = new("--file", "-f") { HelpName = "FILE", Description = "The document; - reads it from stdin.", DefaultValueFactory = _ => "slipway.yaml" };
        Option<bool> dryRun = new("--dry-run") { Description = "Only say what would change." };
        Command command = new("apply", "Make a project be what a slipway.yaml says, after saying what that changes.") { file, dryRun };
        command.SetAction(Session.Action(cli, async (session, cancellationToken) =>
        {
            var (text, name) = await ReadAsync(session.Get(file)!, cli, cancellationToken);
            var answer = await session.Client.ApplyAsync(text, name, session.By, session.Get(dryRun), cancellationToken);
            session.Output.Show(answer, _ => Lines(answer));
            return ExitCode.Ok;
        }));
        return command;
    }

    private static IEnumerable<Line> Lines(ApplyResponse answer)
    {
        if (answer.Changes.Count == 0)
            return [new Line($"Project {answer.Project} is already as the document says.")];
        var end = answer.Applied ? $"Applied to project {answer.Project}." : $"Nothing was applied to project {answer.Project}: this was a dry run.";
        return [.. answer.Changes.Select(Change), new Line(new Span(end, Tone.Strong))];
    }

    private static Line Change(string change) => new(new Span(change, change.FirstOrDefault() switch { '+' => Tone.Good, '-' => Tone.Bad, _ => Tone.Warn }));

    private static async Task<(string Text, string Name)> ReadAsync(string file, CliContext cli, CancellationToken cancellationToken)
    {
        if (file == "-")
            return (await cli.In.ReadToEndAsync(cancellationToken), "stdin");
        if (!File.Exists(file))
            throw Refusal.File(file, "there is no such file", "name the document with `-f`");
        if (new FileInfo(file).Length > MostBytes)
            throw Refusal.File(file, "it is larger than 2 MiB, so it is hardly a slipway.yaml", "name the document with `-f`");
        try
        {
            return (await File.ReadAllTextAsync(file, cancellationToken), Path.GetFileName(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Refusal.File(file, $"it cannot be read: {e.Message}", "make it readable");
        }
    }
}
