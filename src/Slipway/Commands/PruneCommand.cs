using System.CommandLine;
using Slipway.Api;
using Slipway.Terminal;

namespace Slipway.Commands;

/// <summary><c>slipway prune</c>: does now what the server does daily.</summary>
internal static class PruneCommand
{
    private static readonly Option<bool> DryRun = new("--dry-run") { Description = "Only say what would go." };

    public static Command Make(CliContext cli)
    {
        Command command = new("prune", "Remove old events and artifacts that nobody needs, and forget candidates that nothing reaches, as the server does daily.") { DryRun };
        command.SetAction(Session.Action(cli, async (session, cancellationToken) =>
        {
            var pruned = await session.Client.PruneAsync(cancellationToken, session.Get(DryRun));
            session.Output.Show(pruned, _ => Lines(pruned));
            return ExitCode.Ok;
        }));
        return command;
    }

    private static IEnumerable<Line> Lines(PruneResponse pruned)
    {
        var verb = pruned.DryRun ? "would remove" : "removed";
        yield return $"{verb} {Figures.Count(pruned.Events)} old events of {Figures.Count(pruned.Streams)} deployments and environments, and {Figures.Count(pruned.Artifacts.Count)} artifacts ({Figures.Count(pruned.Bytes)} bytes)";
        if (pruned.Candidates > 0)
            yield return $"{(pruned.DryRun ? "would forget" : "forgot")} {Figures.Count(pruned.Candidates)} candidates that nothing reaches any more";
        foreach (var artifact in pruned.Artifacts)
            yield return $"  {artifact.Digest}  {Figures.Count(artifact.Bytes)} bytes, of {Figures.Time(artifact.StoredAt)}";
    }
}
