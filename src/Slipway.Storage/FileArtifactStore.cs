using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Security.Cryptography;
using Slipway.Core.Releases;
using Slipway.Engine.Ports;

namespace Slipway.Storage;

/// <summary>Artifacts as files named by their digest: <c>artifacts/sha256/&lt;hex&gt;</c>, unpacked once beside them.</summary>
public sealed class FileArtifactStore : IArtifactStore, IArtifactShelf
{
    private const string Prefix = "sha256:";

    private readonly string _root;
    private readonly ArtifactLimits _limits;
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _unpacking = new();

    public FileArtifactStore(string dataDirectory, ArtifactLimits? limits = null)
    {
        _root = Path.Combine(dataDirectory, "artifacts", "sha256");
        _limits = limits ?? new ArtifactLimits();
        Directory.CreateDirectory(_root);
        ClearHalfDone();
    }

    /// <summary>What an interrupted upload or unpacking left behind. A data directory has one server, so nobody is at it.</summary>
    private void ClearHalfDone()
    {
        foreach (var left in new DirectoryInfo(_root).EnumerateFileSystemInfos(".*"))
        {
            if (left is DirectoryInfo directory)
                directory.Delete(recursive: true);
            else
                left.Delete();
        }
    }

    public bool Has(string digest) => IsDigest(digest) && File.Exists(FileOf(digest));

    /// <summary>The archive's bytes as they were saved.</summary>
    /// <exception cref="FileNotFoundException">It is not here; see <see cref="Has"/>.</exception>
    public FileStream Open(string digest) => File.OpenRead(FileOf(digest));

    public Task<ImmutableArray<StoredArtifact>> ListAsync(CancellationToken cancellationToken) => Task.FromResult(List());

    /// <summary>Every artifact that is here.</summary>
    public ImmutableArray<StoredArtifact> List() =>
    [
        .. from file in new DirectoryInfo(_root).EnumerateFiles()
           where IsDigest(Prefix + file.Name)
           select new StoredArtifact(Prefix + file.Name, file.Length + Unpacked(file.FullName), new DateTimeOffset(file.LastWriteTimeUtc)),
    ];

    public async Task RemoveAsync(string digest, CancellationToken cancellationToken)
    {
        if (!IsDigest(digest))
            return;
        var gate = _unpacking.GetOrAdd(digest, _ => new SemaphoreSlim(1, 1));
        await gate.WaitAsync(cancellationToken);
        try
        {
            // The archive last: what ends in between can be unpacked again, and is found again.
            if (Directory.Exists($"{FileOf(digest)}.files"))
                Directory.Delete($"{FileOf(digest)}.files", recursive: true);
            File.Delete(FileOf(digest));
        }
        finally
        {
            gate.Release();
        }
    }

    private static long Unpacked(string file) =>
        Directory.Exists($"{file}.files") ? new DirectoryInfo($"{file}.files").EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.LinkTarget is null ? f.Length : 0) : 0;

    public async Task<ArtifactOutcome> SaveAsync(Stream content, CancellationToken cancellationToken)
    {
        var temporary = Path.Combine(_root, $".{Path.GetRandomFileName()}");
        try
        {
            if (await ReceiveAsync(content, temporary, cancellationToken) is not { } digest)
                return new ArtifactOutcome.Refused($"it is larger than {_limits.Bytes} bytes");
            if (await Archive.ProblemAsync(temporary, _limits, cancellationToken) is { } problem)
                return new ArtifactOutcome.Refused(problem);
            var bytes = new FileInfo(temporary).Length;
            File.Move(temporary, FileOf(digest), overwrite: true);
            return new ArtifactOutcome.Saved(new Artifact(ArtifactKind.Archive, digest, null, bytes));
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    public async Task<string> UnpackAsync(Artifact artifact, CancellationToken cancellationToken)
    {
        if (artifact.Digest is not { } digest || !Has(digest))
            throw new FileNotFoundException($"SLIP0514: artifact {artifact.Digest ?? artifact.Reference} is not in the store; upload it again with `slipway release create`");
        var directory = $"{FileOf(digest)}.files";
        var gate = _unpacking.GetOrAdd(digest, _ => new SemaphoreSlim(1, 1));
        await gate.WaitAsync(cancellationToken);
        try
        {
            if (!Directory.Exists(directory))
                await UnpackAsync(digest, directory, cancellationToken);
            return directory;
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Into a directory beside, then renamed: what has the final name is whole.</summary>
    private async Task UnpackAsync(string digest, string directory, CancellationToken cancellationToken)
    {
        await using (var file = File.OpenRead(FileOf(digest)))
        {
            if (Prefix + Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken)) != digest)
                throw new InvalidDataException($"SLIP0515: the stored bytes of {digest} have changed; delete {FileOf(digest)} and upload the artifact again");
        }

        var temporary = Path.Combine(_root, $".{Path.GetRandomFileName()}");
        try
        {
            await Archive.UnpackAsync(FileOf(digest), temporary, cancellationToken);
            Directory.Move(temporary, directory);
        }
        finally
        {
            if (Directory.Exists(temporary))
                Directory.Delete(temporary, recursive: true);
        }
    }

    private async Task<string?> ReceiveAsync(Stream content, string file, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using FileStream target = new(file, FileMode.CreateNew, FileAccess.Write);
        var buffer = new byte[128 * 1024];
        for (int read; (read = await content.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            if (target.Length + read > _limits.Bytes)
                return null;
            hash.AppendData(buffer, 0, read);
            await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }

        await target.FlushAsync(cancellationToken);
        target.Flush(flushToDisk: true);
        return Prefix + Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private string FileOf(string digest) => Path.Combine(_root, digest[Prefix.Length..]);

    private static bool IsDigest(string digest) =>
        digest.Length == Prefix.Length + 64 && digest.StartsWith(Prefix, StringComparison.Ordinal) && digest[Prefix.Length..].All(char.IsAsciiHexDigitLower);
}
