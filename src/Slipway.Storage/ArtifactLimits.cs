namespace Slipway.Storage;

/// <summary>What an artifact may be.</summary>
public sealed record ArtifactLimits
{
    /// <summary>Most bytes of an archive.</summary>
    public long Bytes { get; init; } = 2L << 30;

    /// <summary>Most bytes of all its files together; keeps a small archive from filling the disk.</summary>
    public long UnpackedBytes { get; init; } = 8L << 30;

    public int Entries { get; init; } = 200_000;
}
