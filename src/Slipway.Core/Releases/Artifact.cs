namespace Slipway.Core.Releases;

/// <summary>What a candidate is made of. Immutable: the same digest is the same bytes.</summary>
/// <param name="Kind">Whether Slipway keeps the bytes or only a name for them.</param>
/// <param name="Digest"><c>sha256:…</c> of the stored archive; null for a reference.</param>
/// <param name="Reference">An opaque name that the target understands, such as an image reference; null for an archive.</param>
/// <param name="Bytes">Size of the stored archive; 0 for a reference.</param>
public sealed record Artifact(ArtifactKind Kind, string? Digest, string? Reference, long Bytes);

public enum ArtifactKind
{
    /// <summary>A .tar.gz or .zip that Slipway keeps (a directory is packed into one).</summary>
    Archive,

    /// <summary>Only a name; the target fetches it.</summary>
    Reference,
}
