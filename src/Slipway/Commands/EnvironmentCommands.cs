using System.CommandLine;
using Slipway.Api;
using Slipway.Terminal;

namespace Slipway.Commands;

/// <summary><c>slipway environment list|show</c>.</summary>
internal static class EnvironmentCommands
{
    public static Command Make(CliContext cli) => new("environment", "Look at a project's environments.") { List(cli), Show(cli) };

    private static Command List(CliContext cli)
    {
        Command command = new("list", "List a project's environments.");
        command.SetAction(Session.Action(cli, async (session, cancellationToken) =>
        {
            var project = await session.Client.ProjectAsync(await session.ProjectAsync(cancellationToken), cancellationToken);
            session.Output.Show(project.Environments, width => Lines(project.Environments, width));
            return ExitCode.Ok;
        }));
        return command;
    }

    private static Command Show(CliContext cli)
    {
        Argument<string> name = new("name") { HelpName = "NAME", Description = "The environment." };
        Command command = new("show", "Show one environment.") { name };
        command.SetAction(Session.Action(cli, async (session, cancellationToken) =>
        {
            var environment = await session.Client.EnvironmentAsync(await session.ProjectAsync(cancellationToken), session.Get(name)!, cancellationToken);
            session.Output.Show(environment, width => Lines(environment, cli.Time.GetUtcNow(), width));
            return ExitCode.Ok;
        }));
        return command;
    }

    private static IEnumerable<Line> Lines(IReadOnlyList<EnvironmentStatus> environments, int width)
    {
        Columns table = new("ENVIRONMENT", "TIER", "SLICE", "AFTER", "SERVING");
        foreach (var e in environments)
            table.Add(new Span(e.Name, Tone.Strong), e.Tier, e.Slice, string.Join(", ", e.After), e.NotApplicable is null ? e.Serving ?? "nothing" : new Span("not applicable", Tone.Dim));
        return table.Lines(width);
    }

    private static IEnumerable<Line> Lines(EnvironmentStatus e, DateTimeOffset now, int width) =>
    [
        new Line([new Span(e.Name, Tone.Strong), $"  {e.Tier}, {e.Slice}{(e.After.Count == 0 ? "" : $", after {string.Join(" and ", e.After)}")}"]),
        new Line($"  wanted     {e.Wanted ?? "nothing"}"),
        new Line($"  serving    {e.Serving ?? "nothing"}"),
        new Line($"  last good  {e.LastGood ?? "none"}"),
        new Line($"  observed   {(e.Observed.Count == 0 ? "nothing" : string.Join(", ", e.Observed))}"),
        .. e.Traffic.Select(t => new Line($"  traffic    {t.Version}: {Figures.PerSecond(t.RequestsPerSecond)}, {Figures.Rate(t.ErrorRate)} errors")),
        .. e.Trouble is null ? [] : Wrap.Hanging(new Span("  trouble    ", Tone.Bad), e.Trouble, width, Tone.Bad),
        .. Wrap.Hanging("  why        ", e.Why, width),
        .. EnvironmentNotes.Of(e).SelectMany(n => Wrap.Hanging($"  {n.Lead,-11}", n.Text, width)),
        .. e.Next is null ? [] : new[] { new Line($"  next       {e.Next.Candidate}, {(e.Next.Due is { } due ? $"by itself at {Figures.Time(due)}" : EnvironmentNotes.Holder(e) ?? "when a person promotes it")}") },
        .. e.Deployment is null ? [] : (IEnumerable<Line>)[Line.Empty, .. Rollout.Lines(e.Deployment, now, width)],
    ];
}
