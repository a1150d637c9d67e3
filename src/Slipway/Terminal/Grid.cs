using System.Collections.Immutable;
using Slipway.Api;

namespace Slipway.Terminal;

/// <summary>What runs where: a table a project. Pure, so that the live view, the command and the tests show the same.</summary>
internal static class Grid
{
    public static IEnumerable<Line> Lines(StatusResponse status, int width)
    {
        if (status.Projects.Count == 0)
            return [new Line("There is no project yet. `slipway apply -f slipway.yaml` makes one.")];
        return status.Projects.SelectMany((p, i) => i == 0 ? Lines(p, width) : [Line.Empty, .. Lines(p, width)]);
    }

    public static IEnumerable<Line> Lines(ProjectStatus project, int width)
    {
        Columns table = new("ENVIRONMENT", "SERVING", "COMING IN", "SHARE", "LAST GOOD", "OBSERVED", "TRAFFIC");
        foreach (var environment in project.Environments)
            table.Add(Cells(environment), Notes(environment));
        var title = new Line([new Span(project.Name, Tone.Strong), new Span(project.Hosts.Count == 0 ? "" : $"  {string.Join(", ", project.Hosts)}", Tone.Dim)]);
        return [title, .. table.Lines(width)];
    }

    private static ImmutableArray<ImmutableArray<Span>> Cells(EnvironmentStatus e) =>
    [
        [new Span(e.Name, Tone.Strong)],
        [e.Serving ?? "nothing"],
        ComingIn(e),
        [Share(e)],
        [new Span(e.LastGood ?? "none", Tone.Dim)],
        Observed(e),
        [.. e.Traffic.Select(t => Traffic(e, t))],
    ];

    private static ImmutableArray<Span> Notes(EnvironmentStatus e)
    {
        ImmutableArray<Span> why = [new Span(e.Why, Tone.Dim)];
        var troubles = e.Trouble is null ? e.Deployment?.Troubles ?? [] : [e.Trouble, .. e.Deployment?.Troubles ?? []];
        return [.. troubles.Distinct().Select(t => new Span($"! {t}", Tone.Bad)), .. why];
    }

    private static ImmutableArray<Span> ComingIn(EnvironmentStatus e) => e switch
    {
        { Deployment: { EndedAt: null } d } => [new Span(d.Candidate, Tone.Candidate), .. State(d)],
        { Next: { } next } => [new Span(next.Candidate, Tone.Dim), new Span(next.Due is null ? "(by a person)" : "(by itself)", Tone.Dim)],
        _ => [""],
    };

    private static ImmutableArray<Span> State(DeploymentStatus d) => d switch
    {
        { Phase: "rollingBack" } => [new Span("going back", Tone.Bad)],
        { Paused: true } => [new Span("paused", Tone.Warn)],
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
        ? [new Span("nothing", e.Wanted is null ? Tone.Dim : Tone.Bad)]
        : [.. e.Observed.Select(v => new Span(v, v == e.Deployment?.Candidate && v != e.Serving ? Tone.Candidate : e.Wanted is null || e.Wanted == v || e.Serving == v ? Tone.Good : Tone.Warn))];

    private static Span Traffic(EnvironmentStatus e, VersionTraffic t) =>
        new($"{Figures.PerSecond(t.RequestsPerSecond)} {Figures.Rate(t.ErrorRate)} err", t.Version == e.Serving ? Tone.Plain : Tone.Candidate);
}
