using System.CommandLine;
using Slipway.Commands;
using Slipway.Core.Analysis;
using Slipway.Core.Deployments;
using Slipway.Simulation;
using Slipway.Simulating;
using Slipway.Terminal;

namespace Slipway.Analysing;

/// <summary><c>slipway analysis backtest</c>: what another policy would have made of a past deployment.</summary>
internal static class BacktestCommand
{
    private static readonly Argument<string?> Id = new("deployment") { HelpName = "DEPLOYMENT", Description = "Such as shop.production.3.", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Option<string?> Document = new("--file", "-f") { HelpName = "FILE", Description = "Try the checks of this document; the deployment's own when left out." };
    private static readonly Option<string?> Environment = new("--environment", "-e") { HelpName = "ENVIRONMENT", Description = "Whose checks of the document; the deployment's environment when left out." };
    private static readonly Option<string[]> Set = new("--set") { HelpName = "CHECK.SETTING=VALUE", Description = "Change a setting, such as errors.alpha=0.001, or turn a check off or on: latency=off.", DefaultValueFactory = _ => [] };
    private static readonly Option<string?> Recorded = new("--recorded") { HelpName = "FILE", Description = "What `--save` kept, in place of a server." };
    private static readonly Option<string?> Save = new("--save") { HelpName = "FILE", Description = "Keep the deployment's events and windows in a file." };

    public static Command Make(CliContext cli)
    {
        Command command = new("backtest", "Try checks on what a past deployment's checks saw: would they have stopped it, when, and at what cost.") { Id, Document, Environment, Set, Recorded, Save };
        command.Validators.Add(result =>
        {
            if (result.GetValue(Id) is null == result.GetValue(Recorded) is null)
                result.AddError("Name either a deployment, or a file with `--recorded`.");
        });
        command.SetAction(Session.Action(cli, async (session, cancellationToken) =>
        {
            var recorded = session.Get(Recorded) is { } file ? RecordedDeployment.Read(file) : await RecordedDeployment.FetchAsync(session, session.Get(Id)!, cancellationToken);
            if (session.Get(Save) is { } target)
                recorded.Save(target);
            var spec = recorded.Events.OfType<DeploymentEvent.Started>().First().Spec;
            var checks = session.Get(Document) is { } document ? TriedChecks.Of(Documents.Project(document), document, session.Get(Environment) ?? spec.Environment.Name.Value) : spec.Checks;
            var result = Backtest.Of(recorded.Events, recorded.Windows, TriedChecks.With(checks, session.Get(Set)!));
            session.Output.Show(result, width => Lines(result, width));
            return ExitCode.Ok;
        }));
        return command;
    }

    private static IEnumerable<Line> Lines(BacktestResult result, int width)
    {
        yield return new Line(new Span($"{result.Deployment}: {Figures.Count(result.Requests)} requests to the candidate in {Figures.Duration(result.Recorded)}", Tone.Strong));
        Columns table = new("", "stops", "requests", "failed", "in excess", "of users", "why");
        table.Add(Row("tried", result.Stopped, result.Verdict is Verdict.Pass ? "shown safe" : "does not stop in what was recorded"));
        table.Add(Row("really", result.Really, result.Ended));
        foreach (var line in table.Lines(width))
            yield return line;
        if (!result.Gates.IsEmpty)
        {
            Columns gates = new("safe at", "tried", "really");
            foreach (var gate in result.Gates)
                gates.Add(new Span(gate.Exposure.ToString()), new Span(Moment(gate.After)), new Span(Moment(gate.Really)));
            foreach (var line in gates.Lines(width))
                yield return line;
        }

        foreach (var line in result.Notes.SelectMany(n => Wrap.Hanging("  ", $"! {n}", width, Tone.Warn)))
            yield return line;
    }

    private static Span[] Row(string who, Stop? stop, string otherwise) => stop is null
        ? [new(who), new("-"), new("-"), new("-"), new("-"), new("-"), new(otherwise, Tone.Good)]
        : [new(who), new(Moment(stop.After)), new(Figures.Count(stop.Requests)), new(Figures.Count(stop.Failed)), new(Figures.Count((long)Math.Round(stop.InExcess))), new(stop.Share?.ToString() ?? "-"), new(stop.Why, Tone.Bad)];

    private static string Moment(TimeSpan? after) => after is { } at ? $"+{Figures.Duration(at)}" : "-";
}
