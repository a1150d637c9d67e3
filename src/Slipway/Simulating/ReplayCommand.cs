using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json;
using Slipway.Api;
using Slipway.Commands;
using Slipway.Core;
using Slipway.Core.Deployments;
using Slipway.Simulation;
using Slipway.Terminal;

namespace Slipway.Simulating;

/// <summary><c>slipway replay</c>: decides a stored deployment again with the real core, and prints the log of its decisions.</summary>
internal static class ReplayCommand
{
    private static readonly Argument<string?> Id = new("deployment") { HelpName = "DEPLOYMENT", Description = "Such as shop.production.3.", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Option<string?> File = new("--file", "-f") { HelpName = "FILE", Description = "What `slipway simulate --save` kept, in place of a server." };

    public static Command Make(CliContext cli)
    {
        Command command = new("replay", "Decide a stored deployment again and print every decision; tell where the core would now decide differently.") { Id, File };
        command.Validators.Add(result =>
        {
            if (result.GetValue(Id) is null && result.GetValue(File) is null)
                result.AddError("Name a deployment, or a file with `--file`.");
        });
        command.SetAction(Session.Action(cli, async (session, cancellationToken) =>
        {
            var deployments = session.Get(File) is { } file ? Stored(file, session.Get(Id)) : [(session.Get(Id)!, await FetchAsync(session, session.Get(Id)!, cancellationToken))];
            var replays = deployments.Select(d => (d.Id, Result: DecisionReplay.Of(d.Events))).ToList();
            session.Output.Show(replays.Select(r => new { r.Id, r.Result.Log, r.Result.Difference }), width => replays.SelectMany(r => Lines(r.Id, r.Result, width)));
            return replays.All(r => r.Result.Difference is null) ? ExitCode.Ok : ExitCode.Failed;
        }));
        return command;
    }

    private static IEnumerable<Line> Lines(string id, ReplayResult result, int width) =>
    [
        .. result.Log.SelectMany(e => SimulateCommand.Lines(e, width)),
        result.Difference is { } difference ? new Line(new Span($"{id}: {difference}", Tone.Bad)) : new Line(new Span($"{id}: decided again as it was decided then", Tone.Good)),
    ];

    private static List<(string Id, ImmutableArray<DeploymentEvent> Events)> Stored(string file, string? id)
    {
        try
        {
            var all = JsonSerializer.Deserialize<Dictionary<string, ImmutableArray<DeploymentEvent>>>(Documents.Text(file), SlipwayJson.Options) ?? [];
            var chosen = all.Where(d => id is null || d.Key == id).Select(d => (d.Key, d.Value)).ToList();
            return chosen.Count > 0 ? chosen : throw Refusal.File(file, id is null ? "it holds no deployment" : $"it holds no deployment '{id}'", $"it has {string.Join(", ", all.Keys)}");
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            throw Refusal.File(file, "it holds no stored deployments", "name a file that `slipway simulate --save` wrote");
        }
    }

    private static async Task<ImmutableArray<DeploymentEvent>> FetchAsync(Session session, string id, CancellationToken cancellationToken)
    {
        var explained = await session.Client.ExplainAsync(id, cancellationToken);
        return [.. explained.History.Select(e => e.Data.Deserialize<DeploymentEvent>(SlipwayJson.Options)!)];
    }
}
