using Slipway.Api;

namespace Slipway.Terminal;

/// <summary>A check as a bar: how much of the evidence that would fail it there is.</summary>
internal static class Evidence
{
    private const int Bar = 30;

    public static IEnumerable<Line> Lines(CheckStatus check, int width)
    {
        var lead = $"  {check.Name,-8} ";
        var verdict = new Span(check.Verdict, Tone(check.Verdict));
        if (Share(check) is { } share)
        {
            var filled = share > 0 ? Math.Clamp((int)(share * Bar), 1, Bar) : 0;
            yield return new Line([new Span(lead, Terminal.Tone.Dim), new Span(new string('█', filled), Tone(check.Verdict)), new Span(new string('░', Bar - filled), Terminal.Tone.Dim),
                $" {Figures.Rate(Math.Round(share, 2))} of the evidence that would fail it  ", verdict]);
        }
        else
        {
            yield return new Line([new Span(lead, Terminal.Tone.Dim), verdict]);
        }

        foreach (var line in Wrap.Hanging(new string(' ', lead.Length), check.Summary, width, Terminal.Tone.Dim))
            yield return line;
    }

    /// <summary>0 to 1; evidence for the candidate (below nothing) counts as none against it.</summary>
    private static double? Share(CheckStatus check) =>
        check is { LogEvidence: { } evidence, LogLimit: { } limit } && limit > 0 ? Math.Clamp(evidence / limit, 0, 1) : null;

    private static Tone Tone(string verdict) => verdict switch
    {
        "pass" => Terminal.Tone.Good,
        "fail" => Terminal.Tone.Bad,
        "error" => Terminal.Tone.Warn,
        _ => Terminal.Tone.Candidate,
    };
}
