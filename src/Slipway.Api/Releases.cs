namespace Slipway.Api;

/// <summary>A candidate of a project.</summary>
public sealed record ReleaseResponse
{
    public required string Project { get; init; }

    public required string Version { get; init; }

    /// <summary>Order of creation; higher is newer.</summary>
    public required int Number { get; init; }

    public required string ArtifactKind { get; init; }

    public string? Digest { get; init; }

    public string? Reference { get; init; }

    public string? Notes { get; init; }

    public required string CreatedBy { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Set when nothing may deploy it any more.</summary>
    public BadResponse? Bad { get; init; }

    /// <summary>Where it serves, comes in, succeeded or failed.</summary>
    public required IReadOnlyList<ReleaseWhere> Environments { get; init; }
}

public sealed record BadResponse(string By, string Why, DateTimeOffset At);

/// <summary>What a candidate is in an environment: <c>serving</c>, <c>rolling out</c>, <c>succeeded</c> or <c>failed</c>.</summary>
public sealed record ReleaseWhere(string Environment, string State);

/// <summary>Exactly one of the two says what the release is made of.</summary>
/// <param name="Version">Made by the project's scheme when null.</param>
/// <param name="Digest">Of an artifact that was uploaded before.</param>
/// <param name="Reference">A name that the target understands.</param>
public sealed record CreateReleaseRequest(string? Version, string? Digest, string? Reference, string? Notes, string By);

public sealed record ArtifactResponse(string Digest, long Bytes);

/// <summary>A person and their reason; flagging and unflagging need both.</summary>
public sealed record FlagRequest(string By, string Reason);
