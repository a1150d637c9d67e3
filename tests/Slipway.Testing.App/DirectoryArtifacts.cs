using System.Collections.Immutable;
using Slipway.Core.Releases;
using Slipway.Engine.Ports;

namespace Slipway.Testing.App;

/// <summary>Artifacts that are directories already, by their digest.</summary>
public sealed class DirectoryArtifacts(ImmutableDictionary<string, string> directories) : IArtifactStore
{
    public Task<ArtifactOutcome> SaveAsync(Stream content, CancellationToken cancellationToken) =>
        Task.FromResult<ArtifactOutcome>(new ArtifactOutcome.Refused("these artifacts are fixed"));

    public Task<string> UnpackAsync(Artifact artifact, CancellationToken cancellationToken) =>
        artifact.Digest is { } digest && directories.TryGetValue(digest, out var directory)
            ? Task.FromResult(directory)
            : throw new FileNotFoundException($"the bytes of {artifact.Digest} are not here");

    public bool Has(string digest) => directories.ContainsKey(digest);
}
