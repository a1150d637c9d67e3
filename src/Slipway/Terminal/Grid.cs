using System.Collections.Immutable;
using Slipway.Api;

namespace Slipway.Terminal;

/// <summary>What runs where: a table a project. Pure, so that the live view, the command and the tests show the same.</summary>
internal static class Grid
{
    /// <summary>Targets of a fleet up to which each has its row.</summary>
    private const int AllShown = 12;

    public static IEnumerable<Line> Lines(StatusResponse status, int width)
    {
        if (status.Projects.Count == 0)
            return [new Line("There is no project yet. `slipway apply -f slipway.yaml` makes one.")];
        return status.Projects.SelectMany((p, i) => i == 0 ? Lines(p, width) : [Line.Empty, .. Lines(p, width)]);
    }

    /// <summary>Below the full width, what was observed is told only where it is not as it should be, and the last good release not at all.</summary>
    public static IEnumerable<Line> Lines(ProjectStatus project, int width)
    {
        var full = width >= CliContext.PlainWidth;
        Columns table = full
            ? new("ENVIRONMENT", "SERVING", "COMING IN", "SHARE", "LAST GOOD", "OBSERVED", "TRAFFIC")
            : new("ENVIRONMENT", "SERVING", "COMING IN", "SHARE", "TRAFFIC");
        foreach (var environment in project.Environments.Except(Quiet(project)))
            table.Add(Cells(environment, full), Notes(environment, full));
        var title = new Line([new Span(project.Name, Tone.Strong), new Span(project.Hosts.Count == 0 ? "" : $"  {string.Join(", ", project.Hosts)}", Tone.Dim)]);
        return [title, .. table.Lines(width), .. project.Fleets.SelectMany(f => Lines(f, [.. Quiet(project).Where(e => e.Fleet == f.Name)], width))];
    }

    /// <summary>Of a fleet that fills a screen, the targets at which there is nothing to see.</summary>
    private static IEnumerable<EnvironmentStatus> Quiet(ProjectStatus project) =>
        project.Fleets.Where(f => f.Rings.Sum(r => r.Targets) > AllShown).SelectMany(f => project.Environments.Where(e => e.Fleet == f.Name && e.IsCalm));

    private static IEnumerable<Line> Lines(FleetStatus fleet, IReadOnlyList<EnvironmentStatus> quiet, int width)
    {
        var rings = string.Join(", ", fleet.Rings.Select(r => $"{r.Name} {r.Done}/{r.Targets}{(r.UnderWay > 0 ? $" (+{r.UnderWay})" : "")}{(r.Failed > 0 ? $" ({r.Failed} failed)" : "")}"));
        foreach (var line in Wrap.Hanging("  ", $"{fleet.Name}: {fleet.Candidate ?? "nothing"}: {rings}", width, Tone.Plain))
            yield return line;
        foreach (var line in fleet.Stopped is { } why ? Wrap.Hanging("  ", $"! the line is stopped: {why}", width, Tone.Bad) : [])
            yield return line;
        var calm = string.Join(", ", quiet.GroupBy(e => e.Serving ?? "nothing").OrderByDescending(g => g.Count()).Select(g => $"{g.Count()} serve {g.Key}"));
        foreach (var line in calm.Length > 0 ? Wrap.Hanging("  ", $"not shown, as nothing is under way there: {calm}", width, Tone.Dim) : [])
            yield return line;
    }

    private static ImmutableArray<ImmutableArray<Span>> Cells(EnvironmentStatus e, bool full) =>
    [
        [new Span(e.Name, Tone.Strong)],
        [e.NotApplicable is null ? e.Serving ?? "nothing" : new Span("not applicable", Tone.Dim)],
        ComingIn(e),
        [Share(e)],
        .. full ? new[] { [new Span(e.LastGood ?? (e.NotApplicable is null ? "none" : ""), Tone.Dim)], Observed(e) } : [],
        [.. e.Traffic.Select(t => Traffic(e, t))],
    ];

    private static ImmutableArray<Span> Notes(EnvironmentStatus e, bool full)
    {
        ImmutableArray<Span> why = [new Span(e.Why, Tone.Dim)];
        var troubles = e.Trouble is null ? e.Deployment?.Troubles ?? [] : [e.Trouble, .. e.Deployment?.Troubles ?? []];
        if (!full && !IsAsItShouldBe(e))
            why = [new Span($"observed: {(e.Observed.Count == 0 ? "nothing" : string.Join(", ", e.Observed))}", Tone.Bad), .. why];
        return [.. troubles.Distinct().Select(t => new Span($"! {t}", Tone.Bad)), .. e.Drift.Select(d => new Span($"! drift: {d}", Tone.Bad)), .. why, .. EnvironmentNotes.Of(e).Select(n => new Span($"{n.Lead}: {n.Text}", n.Tone))];
    }

    private static bool IsAsItShouldBe(EnvironmentStatus e) =>
        (e.Serving is null || e.Observed.Contains(e.Serving)) && e.Observed.All(v => v == e.Serving || v == e.Deployment?.Candidate);

    private static ImmutableArray<Span> ComingIn(EnvironmentStatus e) => e switch
    {
        { Deployment: { EndedAt: null } d } => [new Span(d.Candidate, Tone.Candidate), .. State(d)],
        { Next: { } next } => [new Span(next.Candidate, Tone.Dim), new Span($"({EnvironmentNotes.Holder(e) ?? (next.Due is null ? "by a person" : "by itself")})", Tone.Dim)],
        { Queue: [var first, ..] } => [new Span(first.Candidate, Tone.Dim), new Span("(waits)", Tone.Dim)],
        _ => [""],
    };

    private static ImmutableArray<Span> State(DeploymentStatus d) => d switch
    {
        { Phase: "rollingBack" } => [new Span("going back", Tone.Bad)],
        { AsksPerson: true } => [new Span("waits for a person", Tone.Warn)],
        { Paused: true } => [new Span("paused", Tone.Warn)],
        { HeldWhy: not null } => [new Span("held", Tone.Warn)],
        { Kind: "rollback" } => [new Span("rollback", Tone.Warn)],
        _ => [],
    };

    /// <summary>Unknown is shown as unknown: what was asked for is not yet so.</summary>
    private static Span Share(EnvironmentStatus e) => e.Deployment switch
    {
        { EndedAt: null, ConfirmedPercent: null } d => new Span($"? → {Figures.Percent(d.WeightPercent)}", Tone.Warn),
        { EndedAt: null } d when d.ConfirmedPercent != d.WeightPercent => new Span($"{Figures.Percent(d.ConfirmedPercent.Value)} → {Figures.Percent(d.WeightPercent)}", Tone.Candidate),
        { EndedAt: null } d => new Span(Figures.Percent(d.WeightPercent), Tone.Candidate),
        _ => "",
    };

    private static ImmutableArray<Span> Observed(EnvironmentStatus e) => e.Observed.Count == 0
        ? [new Span(e.NotApplicable is null ? "nothing" : "", e.Wanted is null ? Tone.Dim : Tone.Bad)]
        : [.. e.Observed.Select(v => new Span(v, v == e.Deployment?.Candidate && v != e.Serving ? Tone.Candidate : e.Wanted is null || e.Wanted == v || e.Serving == v ? Tone.Good : Tone.Warn))];

    private static Span Traffic(EnvironmentStatus e, VersionTraffic t) =>
        new($"{Figures.PerSecond(t.RequestsPerSecond)} {Figures.Rate(t.ErrorRate)} err", t.Version == e.Serving ? Tone.Plain : Tone.Candidate);
}
