using System.Collections.Immutable;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Slipway.Core.Releases;
using Slipway.Engine.Ports;
using Slipway.Storage;

namespace Slipway.Cluster.Artifacts;

/// <summary>Artifacts for all servers in the database, and those that this one needs as files beside it.</summary>
internal sealed partial class PostgresArtifactStore(FileArtifactStore files, NpgsqlDataSource source, TimeProvider time, ILogger<PostgresArtifactStore> logger) : BackgroundService, IArtifactStore, IArtifactShelf
{
    private const int PartBytes = 1024 * 1024;

    private static readonly TimeSpan BetweenTries = TimeSpan.FromSeconds(1);

    public async Task<ArtifactOutcome> SaveAsync(Stream content, CancellationToken cancellationToken)
    {
        var outcome = await files.SaveAsync(content, cancellationToken);
        if (outcome is ArtifactOutcome.Saved { Artifact.Digest: { } digest })
        {
            await NoteUploadAsync(digest, cancellationToken);
            await ShareAsync(digest, files.Open(digest), cancellationToken);
        }

        return outcome;
    }

    public async Task<string> UnpackAsync(Artifact artifact, CancellationToken cancellationToken)
    {
        if (artifact.Digest is { } digest && !files.Has(digest))
            await FetchAsync(digest, cancellationToken);
        return await files.UnpackAsync(artifact, cancellationToken);
    }

    /// <summary>What was here before this server was one of several is for all of them from now on.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        for (var left = files.List().Select(a => a.Digest).ToList(); left.Count > 0;)
        {
            List<string> again = [];
            foreach (var digest in left)
            {
                if (!await TryShareAsync(digest, stoppingToken))
                    again.Add(digest);
            }

            left = again;
            if (left.Count > 0)
                await Task.Delay(BetweenTries, time, stoppingToken);
        }
    }

    /// <summary>False when it has to be tried again. What was thrown away meanwhile does not.</summary>
    private async Task<bool> TryShareAsync(string digest, CancellationToken cancellationToken)
    {
        try
        {
            await ShareAsync(digest, files.Open(digest), cancellationToken);
            return true;
        }
        catch (FileNotFoundException)
        {
            return true;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            NotShared(logger, e, digest);
            return false;
        }
    }

    /// <summary>What is in the database or a file here. Each server throws away its own files, and any of them what is shared.</summary>
    public async Task<ImmutableArray<StoredArtifact>> ListAsync(CancellationToken cancellationToken)
    {
        var all = files.List().ToDictionary(a => a.Digest, StringComparer.Ordinal);
        await using var read = source.CreateCommand("SELECT digest, bytes, stored FROM slipway_cluster.artifacts");
        await using var rows = await read.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            StoredArtifact shared = new(rows.GetString(0), rows.GetInt64(1), new DateTimeOffset(rows.GetDateTime(2)));
            all[shared.Digest] = all.TryGetValue(shared.Digest, out var file) ? file with { StoredAt = file.StoredAt > shared.StoredAt ? file.StoredAt : shared.StoredAt } : shared;
        }

        return [.. all.Values.OrderBy(a => a.Digest, StringComparer.Ordinal)];
    }

    public async Task RemoveAsync(string digest, CancellationToken cancellationToken)
    {
        await files.RemoveAsync(digest, cancellationToken);
        await using var remove = source.CreateCommand("DELETE FROM slipway_cluster.artifacts WHERE digest = $1");
        remove.Parameters.AddWithValue(digest);
        await remove.ExecuteNonQueryAsync(cancellationToken);
    }

    public bool Has(string digest)
    {
        if (files.Has(digest))
            return true;
        using var ask = source.CreateCommand("SELECT 1 FROM slipway_cluster.artifacts WHERE digest = $1");
        ask.Parameters.AddWithValue(digest);
        return ask.ExecuteScalar() is not null;
    }

    /// <summary>What was uploaded again is about to be used again, whichever server's file of it is old.</summary>
    private async Task NoteUploadAsync(string digest, CancellationToken cancellationToken)
    {
        await using var note = source.CreateCommand("UPDATE slipway_cluster.artifacts SET stored = now() WHERE digest = $1");
        note.Parameters.AddWithValue(digest);
        await note.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>As a whole or not at all; what is there already stays.</summary>
    private async Task ShareAsync(string digest, Stream content, CancellationToken cancellationToken)
    {
        await using (content)
        {
            await using var connection = await source.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await using NpgsqlCommand note = new("INSERT INTO slipway_cluster.artifacts (digest, bytes) VALUES ($1, $2) ON CONFLICT DO NOTHING", connection);
            note.Parameters.AddWithValue(digest);
            note.Parameters.AddWithValue(content.Length);
            if (await note.ExecuteNonQueryAsync(cancellationToken) == 0)
                return;
            var buffer = new byte[PartBytes];
            for (var part = 0; await content.ReadAtLeastAsync(buffer, PartBytes, throwOnEndOfStream: false, cancellationToken) is > 0 and var read; part++)
            {
                await using NpgsqlCommand save = new("INSERT INTO slipway_cluster.artifact_parts (digest, part, data) VALUES ($1, $2, $3)", connection);
                save.Parameters.AddWithValue(digest);
                save.Parameters.AddWithValue(part);
                save.Parameters.AddWithValue(new ReadOnlyMemory<byte>(buffer, 0, read));
                await save.ExecuteNonQueryAsync(cancellationToken);
            }

            await transaction.CommitAsync(cancellationToken);
        }
    }

    /// <summary>Goes through the same checks as an upload, its digest among them. What the database does not have is for the caller to miss.</summary>
    private async Task FetchAsync(string digest, CancellationToken cancellationToken)
    {
        var file = Path.GetTempFileName();
        try
        {
            await using FileStream copy = new(file, FileMode.Create, FileAccess.ReadWrite, FileShare.None);
            for (var part = 0; await PartAsync(digest, part, cancellationToken) is { } bytes; part++)
                await copy.WriteAsync(bytes, cancellationToken);
            if (copy.Length == 0)
                return;
            copy.Position = 0;
            await files.SaveAsync(copy, cancellationToken);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private async Task<byte[]?> PartAsync(string digest, int part, CancellationToken cancellationToken)
    {
        await using var read = source.CreateCommand("SELECT data FROM slipway_cluster.artifact_parts WHERE digest = $1 AND part = $2");
        read.Parameters.AddWithValue(digest);
        read.Parameters.AddWithValue(part);
        return await read.ExecuteScalarAsync(cancellationToken) as byte[];
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Artifact {Digest} could not be put into the database, where the other servers find it; it is tried again")]
    private static partial void NotShared(ILogger logger, Exception e, string digest);
}
