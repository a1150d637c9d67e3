namespace Slipway.Api;

/// <summary>Problem details (RFC 9457) with a stable code and what to do.</summary>
public sealed record ProblemResponse
{
    public string Type { get; init; } = "about:blank";

    public required string Title { get; init; }

    public required int Status { get; init; }

    public string? Detail { get; init; }

    /// <summary>Everything that is wrong, the first thing first.</summary>
    public required IReadOnlyList<ProblemItem> Problems { get; init; }
}

/// <param name="Code">Stable: <c>SLIP0101</c>.</param>
/// <param name="Place">Where.</param>
/// <param name="Message">What is wrong, with the value that is.</param>
/// <param name="Remedy">What to do.</param>
public sealed record ProblemItem(string Code, string Place, string Message, string Remedy)
{
    public override string ToString() => $"{Code}: {Place}: {Message}; {Remedy}";
}
