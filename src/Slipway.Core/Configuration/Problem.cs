namespace Slipway.Core.Configuration;

/// <summary>One thing wrong with what a person gave, in words they can act on.</summary>
/// <param name="Code">Stable code, <c>SLIP0101</c> and so on; documented in <c>docs/errors.md</c>.</param>
/// <param name="Place">Where: <c>slipway.yaml:12:9 environments[1].slice.percent</c>.</param>
/// <param name="Message">What is wrong, with the value that is.</param>
/// <param name="Remedy">What to do.</param>
public sealed record Problem(string Code, string Place, string Message, string Remedy)
{
    public override string ToString() => $"{Code}: {Place}: {Message}; {Remedy}";
}
