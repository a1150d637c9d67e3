using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json;
using Slipway.Commands;
using Slipway.Core;
using Slipway.Core.Deployments;
using Slipway.Simulation;
using Slipway.Terminal;

namespace Slipway.Simulating;

/// <summary><c>slipway simulate</c>: tries a strategy on the real core, on a virtual clock, before anybody has to trust it.</summary>
internal static class SimulateCommand
{
    private static readonly Argument<string> Strategy = new("strategy") { HelpName = "STRATEGY", Description = "A slipway.yaml, or a file with only strategy:, checks: and the like." };
    private static readonly Option<string?> WorldFile = new("--world") { HelpName = "FILE", Description = "Traffic, faults, delays and people; a healthy service when left out." };
    private static readonly Option<ulong> Seed = new("--seed") { HelpName = "N", Description = "Where chance begins; the same seed gives the same run.", DefaultValueFactory = _ => 1 };
    private static readonly Option<string?> Save = new("--save") { HelpName = "FILE", Description = "Keep the events of every deployment, for `slipway replay`." };

    public static Command Make(CliContext cli)
    {
        Command command = new("simulate", "Try a strategy on a virtual clock and print every decision.") { Strategy, WorldFile, Seed, Save };
        command.SetAction((parsed, cancellationToken) =>
        {
            Output output = new(cli, Globals.IsJson(parsed));
            var project = Documents.Project(parsed.GetValue(Strategy)!);
            World world = new(project, Documents.World(parsed.GetValue(WorldFile), project), parsed.GetValue(Seed));
            world.Run(cancellationToken);
            if (parsed.GetValue(Save) is { } file)
                File.WriteAllText(file, JsonSerializer.Serialize(world.Deployments.ToDictionary(id => id.Value, id => world.Events(id)), SlipwayJson.Options));
            var outcome = Outcome(world);
            output.Show(new { Log = world.Log, Environments = outcome }, width => [.. world.Log.SelectMany(e => Lines(e, width)), Line.Empty, .. outcome.Select(e => new Line(e.Summary))]);
            return Task.FromResult((int)ExitCode.Ok);
        });
        return command;
    }

    /// <summary>A decision: when and of what, what came in, and what followed.</summary>
    internal static IEnumerable<Line> Lines(LogEntry entry, int width)
    {
        yield return new Line([new Span(entry.Time, Tone.Dim), new Span($"  {entry.Subject}  ", Tone.Strong), new Span(entry.Input)]);
        foreach (var line in entry.Decided.SelectMany(d => Wrap.Hanging("          ", $"→ {d}", width, Tone.Plain)))
            yield return line;
        if (entry.Why.Length > 0)
        {
            foreach (var line in Wrap.Hanging("          ", entry.Why, width, Tone.Dim))
                yield return line;
        }
    }

    private static ImmutableArray<EndState> Outcome(World world) =>
    [
        .. world.Snapshot.Configuration.Environments.Select(e =>
        {
            var state = world.Snapshot.Of(e.Name);
            var active = world.Snapshot.Active(e.Name);
            var serving = state.Stable?.Candidate.Value ?? "nothing";
            return new EndState(e.Name.Value, state.Stable?.Candidate.Value, active?.Spec.Id.Value,
                $"{e.Name}: serving {serving}{(active is null ? "" : $"; {active.Spec.Id} brings {active.Spec.Candidate.Candidate}: {Story.Of(active, world.Now).Why}")}");
        }),
    ];

    private sealed record EndState(string Environment, string? Serving, string? Deployment, string Summary);
}
