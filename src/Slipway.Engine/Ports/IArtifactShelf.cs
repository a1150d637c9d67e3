using System.Collections.Immutable;

namespace Slipway.Engine.Ports;

/// <summary>What an artifact store holds, for throwing away what nobody needs. Implemented by stores beside <see cref="IArtifactStore"/>.</summary>
public interface IArtifactShelf
{
    /// <summary>Every artifact that is here.</summary>
    Task<ImmutableArray<StoredArtifact>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Throws an artifact away, with what was unpacked of it. What is not there is fine.</summary>
    Task RemoveAsync(string digest, CancellationToken cancellationToken);
}

/// <param name="Digest"><c>sha256:…</c>.</param>
/// <param name="Bytes">On disk, with what was unpacked of it.</param>
/// <param name="StoredAt">When it was uploaded last.</param>
public sealed record StoredArtifact(string Digest, long Bytes, DateTimeOffset StoredAt);
