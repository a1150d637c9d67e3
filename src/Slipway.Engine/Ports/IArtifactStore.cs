using Slipway.Core.Releases;

namespace Slipway.Engine.Ports;

/// <summary>Keeps the bytes of artifacts by their digest.</summary>
public interface IArtifactStore
{
    /// <summary>Stores a .tar.gz or .zip. The same bytes twice are one artifact. Problems with the content come as <see cref="ArtifactOutcome.Refused"/>.</summary>
    Task<ArtifactOutcome> SaveAsync(Stream content, CancellationToken cancellationToken);

    /// <summary>A directory with the archive's files, unpacked once and shared; callers must not write to it.</summary>
    Task<string> UnpackAsync(Artifact artifact, CancellationToken cancellationToken);

    /// <summary>Whether the bytes of the digest are here.</summary>
    bool Has(string digest);
}

public abstract record ArtifactOutcome
{
    private ArtifactOutcome()
    {
    }

    public sealed record Saved(Artifact Artifact) : ArtifactOutcome;

    /// <summary>Not stored: too large, no known archive format, a path that leaves the directory, … in words for people.</summary>
    public sealed record Refused(string Reason) : ArtifactOutcome;
}
