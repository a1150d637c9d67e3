namespace Slipway.Api;

/// <summary>What pruning removed, or would.</summary>
/// <param name="Events">Old events of ended deployments and of environments…</param>
/// <param name="Streams">…of so many of these.</param>
/// <param name="Snapshots">So many states of long streams were written.</param>
/// <param name="Artifacts">Artifacts that nobody needs.</param>
/// <param name="Bytes">Of these on disk.</param>
public sealed record PruneResponse(bool DryRun, long Events, int Streams, int Snapshots, IReadOnlyList<PrunedArtifact> Artifacts, long Bytes)
{
    /// <summary>So many candidates were forgotten that nothing reaches any more.</summary>
    public int Candidates { get; init; }
}

/// <param name="Digest"><c>sha256:…</c>.</param>
public sealed record PrunedArtifact(string Digest, long Bytes, DateTimeOffset StoredAt);

/// <summary>What the server found when it looked at itself.</summary>
public sealed record ChecksResponse(IReadOnlyList<CheckFinding> Checks);

/// <param name="Ok">Null: it could not be looked at.</param>
/// <param name="Message">What is so, in a sentence.</param>
/// <param name="Remedy">What to do; null when all is well.</param>
public sealed record CheckFinding(string Name, bool? Ok, string Message, string? Remedy);
