namespace Slipway.Core.Analysis;

/// <summary>How large a difference is, as a ratio of the candidate's number to the baseline's.</summary>
/// <param name="Ratio">As counted; null when the baseline counted none.</param>
/// <param name="Lower">The truth is above, with 97.5 % at all times at once; null: not known.</param>
/// <param name="Upper">The truth is below, likewise.</param>
public sealed record EffectSize(double? Ratio, double? Lower, double? Upper)
{
    /// <summary>In words; empty when nothing is known.</summary>
    internal string Text => (Lower, Upper) switch
    {
        ({ } lower, { } upper) => Sentences.Text($"95 % sure: {lower:0.##} to {upper:0.##} times as often"),
        ({ } lower, null) => Sentences.Text($"95 % sure: more than {lower:0.##} times as often"),
        (null, { } upper) => Sentences.Text($"95 % sure: less than {upper:0.##} times as often"),
        _ => "",
    };
}
