using Slipway.Api;

namespace Slipway.Terminal;

/// <summary>One deployment under way: its traffic split, its evidence against the limits, why, and what is next.</summary>
internal static class Rollout
{
    private const int Bar = 30;

    /// <param name="now">The server's time, for what is still to wait.</param>
    public static IEnumerable<Line> Lines(DeploymentStatus d, DateTimeOffset now, int width) =>
    [
        new Line([new Span(d.Id, Tone.Strong), $"  {d.Candidate} into {d.Environment}: ", Phase(d), d.EndedAt is null ? $"  step {d.Step + 1} of {d.Steps.Count}: {Step(d)}" : ""]),
        Split(d),
        .. d.Checks.SelectMany(c => Evidence.Lines(c, width)),
        .. d.Troubles.SelectMany(t => Wrap.Hanging(new Span("  trouble  ", Tone.Bad), t, width, Tone.Bad)),
        .. Wrap.Hanging(new Span("  why      ", Tone.Dim), d.Why, width),
        .. Wrap.Hanging(new Span("  next     ", Tone.Dim), Next(d, now), width),
    ];

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

    private static Span Phase(DeploymentStatus d) => d switch
    {
        { Phase: "rollingBack" } => new Span("going back", Tone.Bad),
        { Phase: "rolledBack" } => new Span($"went back{(d.Cause is null ? "" : $" ({d.Cause})")}", Tone.Bad),
        { Phase: "succeeded" } => new Span("succeeded", Tone.Good),
        { Paused: true } => new Span("paused", Tone.Warn),
        _ => new Span(d.Phase, Tone.Candidate),
    };

    private static string Step(DeploymentStatus d) => d.Step >= 0 && d.Step < d.Steps.Count ? d.Steps[d.Step] : "";
}
