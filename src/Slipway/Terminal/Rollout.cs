using Slipway.Api;

namespace Slipway.Terminal;

/// <summary>One deployment under way: its traffic split, its evidence against the limits, why, and what is next.</summary>
internal static class Rollout
{
    private const int Bar = 30;

    /// <param name="now">The server's time, for what is still to wait.</param>
    public static IEnumerable<Line> Lines(DeploymentStatus d, DateTimeOffset now, int width) =>
    [
        .. Title(d, width),
        Split(d),
        .. Facts(d).SelectMany(f => Wrap.Hanging(new Span($"  {f.Lead,-9}", Tone.Dim), f.Text, width, f.Tone)),
        .. d.Checks.SelectMany(c => Evidence.Lines(c, width)),
        .. d.Troubles.SelectMany(t => Wrap.Hanging(new Span("  trouble  ", Tone.Bad), t, width, Tone.Bad)),
        .. Wrap.Hanging(new Span("  why      ", Tone.Dim), d.Why, width),
        .. Wrap.Hanging(new Span("  next     ", Tone.Dim), Next(d, now), width),
    ];

    /// <summary>The step follows on the same line where there is room.</summary>
    private static IEnumerable<Line> Title(DeploymentStatus d, int width)
    {
        Line title = new([new Span(d.Id, Tone.Strong), $"  {d.Candidate} into {d.Environment}: ", Phase(d)]);
        if (d.EndedAt is not null)
            return [title];
        var step = $"step {d.Step + 1} of {d.Steps.Count}: {Step(d)}";
        return title.Width + 2 + step.Length <= width ? [new Line([.. title.Spans, $"  {step}"])] : [title, .. Wrap.Hanging("  ", step, width)];
    }

    public static string Next(DeploymentStatus d, DateTimeOffset now) => d.Until is { } until && until > now ? $"{d.Next} (in {Figures.Duration(until - now)})" : d.Next;

    private static Line Split(DeploymentStatus d)
    {
        var share = d.ConfirmedPercent ?? d.WeightPercent;
        // A share above nothing is never drawn as nothing, nor one below all as all.
        var filled = share switch { <= 0 => 0, >= 100 => Bar, _ => Math.Clamp((int)Math.Round(share * Bar / 100), 1, Bar - 1) };
        var known = d.ConfirmedPercent is { } confirmed
            ? confirmed == d.WeightPercent ? Figures.Percent(confirmed) : $"{Figures.Percent(confirmed)}, {Figures.Percent(d.WeightPercent)} asked for"
            : $"{Figures.Percent(d.WeightPercent)} asked for, not confirmed";
        return new Line([new Span("  traffic  ", Tone.Dim), new Span(new string('█', filled), Tone.Candidate), new Span(new string('░', Bar - filled), Tone.Dim),
            new Span($" {d.Candidate} {known}", Tone.Candidate), d.Stable is null ? "" : $"  |  {d.Stable} {Figures.Percent(100 - share)}"]);
    }

    /// <summary>The phase, and what stops it.</summary>
    public static string Where(DeploymentStatus d) => d switch
    {
        { Outcome: { } outcome } => Words(outcome),
        { Phase: "rollingBack" } => "going back",
        { AsksPerson: true } => "waits for a person",
        { Paused: true } => $"paused{(d.PausedBy is { } by ? $" by {by}" : "")}",
        { HeldWhy: not null } => "held",
        _ => Words(d.Phase),
    };

    private static Span Phase(DeploymentStatus d) => new(Where(d), d switch
    {
        { Phase: "rollingBack" or "rolledBack" } => Tone.Bad,
        { Phase: "succeeded" } => Tone.Good,
        { Paused: true } or { HeldWhy: not null } => Tone.Warn,
        _ => Tone.Candidate,
    });

    /// <summary>What else a person would ask: why it is held, instances that are not all there, signals and hooks.</summary>
    private static IEnumerable<(string Lead, string Text, Tone Tone)> Facts(DeploymentStatus d)
    {
        if (d.HeldWhy is { } held && !d.Why.Contains(held, StringComparison.Ordinal))
            yield return ("held", held, Tone.Warn);
        if (d.Overdue is { } overdue && !d.Why.Contains(overdue, StringComparison.Ordinal))
            yield return ("overdue", overdue, Tone.Bad);
        if (d.EndedAt is null && (d.Instances.CandidateReady != d.Instances.CandidateWanted || d.Instances.CandidateWanted > 1))
            yield return ("ready", $"{d.Instances.CandidateReady} of {d.Instances.CandidateWanted} of {d.Candidate}{(d.Instances.StableReady is { } stable ? $"; {stable} of {d.Instances.StableWanted} of {d.Stable}" : "")}", Tone.Plain);
        if (d.WaitedForPeopleSeconds >= 1)
            yield return ("people", $"{Figures.Duration(TimeSpan.FromSeconds(d.WaitedForPeopleSeconds))} waited for", Tone.Plain);
        if (d.Signals.Count > 0)
            yield return ("signals", string.Join(", ", d.Signals.Select(s => $"{s.Name}: {(s.Passed ? "yes" : "no")}, says {s.By}")), Tone.Plain);
        if (d.Hooks.Count > 0)
            yield return ("hooks", string.Join(", ", d.Hooks.Select(h => $"{h.Name} {h.State}{(h.Why is null ? "" : $" ({h.Why})")}")), d.Hooks.Any(h => h.State == "failed") ? Tone.Bad : Tone.Plain);
    }

    /// <summary><c>fastPromoted</c> as <c>fast promoted</c>.</summary>
    private static string Words(string name) => string.Concat(name.Select(c => char.IsUpper(c) ? $" {char.ToLowerInvariant(c)}" : $"{c}"));

    private static string Step(DeploymentStatus d) => d.Step >= 0 && d.Step < d.Steps.Count ? d.Steps[d.Step] : "";
}
