using System.CommandLine;
using System.Text.RegularExpressions;
using Slipway.Api;
using Slipway.Terminal;

namespace Slipway.Commands;

/// <summary><c>slipway explain</c>: why something is where it is, and what would change that.</summary>
internal static partial class ExplainCommand
{
    private const int NewestEvents = 12;

    public static Command Make(CliContext cli)
    {
        Argument<string?> subject = new("subject") { HelpName = "ENVIRONMENT|DEPLOYMENT", Description = "An environment, or a deployment's id such as shop.canary.3; every environment of the project when left out.", Arity = ArgumentArity.ZeroOrOne };
        Command command = new("explain", "Say why something is where it is, and what would change that.") { subject };
        command.SetAction(Session.Action(cli, async (session, cancellationToken) =>
        {
            if (session.Get(subject) is { } named)
            {
                var answer = DeploymentId().IsMatch(named)
                    ? await session.Client.ExplainAsync(named, cancellationToken)
                    : await session.Client.ExplainAsync(await session.ProjectAsync(cancellationToken), named, cancellationToken);
                session.Output.Show(answer, width => Lines(answer, width));
                return ExitCode.Ok;
            }

            var project = await session.Client.ProjectAsync(await session.ProjectAsync(cancellationToken), cancellationToken);
            var answers = await Task.WhenAll(project.Environments.Select(e => session.Client.ExplainAsync(project.Name, e.Name, cancellationToken)));
            session.Output.Show(answers, width => answers.SelectMany((a, i) => i == 0 ? Lines(a, width) : [Line.Empty, .. Lines(a, width)]));
            return ExitCode.Ok;
        }));
        return command;
    }

    public static IEnumerable<Line> Lines(ExplainResponse answer, int width) =>
    [
        new Line([new Span(answer.Subject, Tone.Strong), $"  {answer.Summary}"]),
        .. Section("Why", answer.Why, width),
        .. Section("What next", answer.WhatNext, width),
        .. answer.Checks.Count == 0 ? [] : new[] { new Line(new Span("Evidence", Tone.Strong)) },
        .. answer.Checks.SelectMany(c => Evidence.Lines(c, width)),
        .. answer.History.Count == 0 ? [] : new[] { new Line(new Span("History", Tone.Strong)) },
        .. answer.History.Count > NewestEvents ? new[] { new Line($"  ({answer.History.Count - NewestEvents} older events; `--format json` has them all)") } : [],
        .. answer.History.TakeLast(NewestEvents).SelectMany(e => Wrap.Hanging(new Span($"  {Figures.Time(e.At)}  ", Tone.Dim), e.Summary, width)),
    ];

    private static IEnumerable<Line> Section(string title, IReadOnlyList<string> sentences, int width) =>
        sentences.Count == 0 ? [] : [new Line(new Span(title, Tone.Strong)), .. sentences.SelectMany(s => Wrap.Hanging("  - ", s, width))];

    [GeneratedRegex(@"^[^.]+\.[^.]+\.[0-9]+\z")]
    private static partial Regex DeploymentId();
}
