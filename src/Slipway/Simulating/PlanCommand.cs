using System.CommandLine;
using Slipway.Analysing;
using Slipway.Commands;
using Slipway.Core.Strategies;
using Slipway.Simulation;
using Slipway.Terminal;

namespace Slipway.Simulating;

/// <summary><c>slipway plan</c>: the timeline that each strategy of a document would give, before anything runs.</summary>
internal static class PlanCommand
{
    private static readonly Option<string> File = new("--file", "-f") { HelpName = "FILE", Description = "The document.", DefaultValueFactory = _ => "slipway.yaml" };
    private static readonly Option<string?> Environment = new("--environment", "-e") { HelpName = "ENVIRONMENT", Description = "Only this one." };
    private static readonly Option<double> Rps = new("--rps") { HelpName = "N", Description = "Requests a second of the whole service.", DefaultValueFactory = _ => 100 };
    private static readonly Option<string> Errors = new("--error-rate") { HelpName = "PERCENT", Description = "Share of requests that fail when everything is healthy, such as 0.2%.", DefaultValueFactory = _ => "0.2%" };

    public static Command Make(CliContext cli)
    {
        Command command = new("plan", "Show what a strategy would do and when, before anything runs.") { File, Environment, Rps, Errors };
        command.SetAction((parsed, _) =>
        {
            var project = Documents.Project(parsed.GetValue(File)!);
            var only = parsed.GetValue(Environment);
            if (only is not null && project.Environments.All(e => e.Name.Value != only))
                throw Refusal.Usage("--environment", $"there is no environment '{only}'", $"it has {string.Join(", ", project.Environments.Select(e => e.Name))}");
            var traffic = PowerCommand.Traffic(parsed.GetValue(Rps), parsed.GetValue(Errors)!) with { HasRoutes = project.Service is { Routes.IsDefaultOrEmpty: false } };
            var timelines = project.Environments.Where(e => only is null || e.Name.Value == only).Select(e => Timeline.Of(e, traffic)).ToList();
            new Output(cli, Globals.IsJson(parsed)).Show(timelines, width => timelines.SelectMany(t => Lines(t, width)));
            return Task.FromResult((int)ExitCode.Ok);
        });
        return command;
    }

    private static IEnumerable<Line> Lines(Timeline timeline, int width)
    {
        yield return new Line(new Span($"{timeline.Environment}: at least {Durations.Text(timeline.Least)}", Tone.Strong));
        Columns table = new("", "begins", "lasts", "users here", "of all", "step", "waits for", "sees, 9 times of 10");
        foreach (var step in timeline.Steps)
        {
            table.Add(new Span($"{step.Number}"), new Span($"+{Durations.Text(step.Begins)}"), new Span(Durations.Text(step.Lasts)),
                new Span(step.OfEnvironment.ToString()), new Span(step.OfAll.ToString()), new Span(step.What), new Span(step.WaitsFor ?? ""), new Span(step.Sees ?? ""));
        }

        foreach (var line in table.Lines(width))
            yield return line;
        foreach (var line in timeline.Warnings.SelectMany(w => Wrap.Hanging("  ", $"! {w}", width, Tone.Warn)))
            yield return line;
        yield return Line.Empty;
    }
}
