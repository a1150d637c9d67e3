using System.Collections.Immutable;
using Microsoft.Data.Sqlite;
using Slipway.Engine.Ports;

namespace Slipway.Storage;

/// <summary>States of streams, and the removal of events that are in them.</summary>
public sealed partial class SqliteEventStore : IStreamArchive
{
    private const string States = "SELECT stream, version, format, data FROM snapshots";

    public async Task<StreamSnapshot?> SnapshotAsync(string stream, CancellationToken cancellationToken) =>
        await StatesAsync($"{States} WHERE stream = $stream", cancellationToken, ("$stream", stream)) is [var one] ? one : null;

    public Task<ImmutableArray<StreamSnapshot>> SnapshotsAsync(string afterStream, int limit, CancellationToken cancellationToken) =>
        StatesAsync($"{States} WHERE stream > $after ORDER BY stream LIMIT $limit", cancellationToken, ("$after", afterStream), ("$limit", Math.Clamp(limit, 0, MostAtOnce)));

    public Task SaveSnapshotAsync(StreamSnapshot snapshot, CancellationToken cancellationToken) => WriteAsync(transaction =>
    {
        using var save = Command(_writer,
            "INSERT INTO snapshots (stream, version, format, data) VALUES ($stream, $version, $format, $data) ON CONFLICT (stream) DO UPDATE SET version = excluded.version, format = excluded.format, data = excluded.data WHERE excluded.version > snapshots.version OR excluded.version = snapshots.version AND excluded.format > snapshots.format",
            ("$stream", snapshot.Stream), ("$version", snapshot.Version), ("$format", snapshot.Format), ("$data", snapshot.Data));
        save.Transaction = transaction;
        return (long)save.ExecuteNonQuery();
    }, cancellationToken);

    public Task<long> CompactAsync(string stream, long throughVersion, IReadOnlyCollection<string> types, CancellationToken cancellationToken) => WriteAsync(transaction =>
    {
        var names = types.Select((type, i) => (Name: $"$t{i}", Value: (object)type)).ToList();
        var which = $"""
            stream = $stream AND version > 1 AND version <= $through AND type IN ({string.Join(", ", names.Select(n => n.Name))})
            AND version < (SELECT MAX(version) FROM events WHERE stream = $stream)
            AND EXISTS (SELECT 1 FROM snapshots s WHERE s.stream = $stream AND s.version >= $through)
            """;
        (string, object)[] parameters = [("$stream", stream), ("$through", throughVersion), .. names];
        using var horizon = Command(_writer, $"UPDATE horizon SET position = MAX(position, COALESCE((SELECT MAX(position) FROM events WHERE {which}), 0))", parameters);
        using var remove = Command(_writer, $"DELETE FROM events WHERE {which}", parameters);
        (horizon.Transaction, remove.Transaction) = (transaction, transaction);
        horizon.ExecuteNonQuery();
        return (long)remove.ExecuteNonQuery();
    }, cancellationToken);

    public async Task<long> HorizonAsync(CancellationToken cancellationToken)
    {
        await using var connection = await ConnectAsync(cancellationToken);
        using var command = Command(connection, "SELECT position FROM horizon");
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>A file from before it could shrink is written anew once; that takes as long as copying it, and as much room.</summary>
    public async Task ReclaimAsync(CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            using var mode = Command(_writer, "PRAGMA auto_vacuum");
            if ((long)mode.ExecuteScalar()! == 2)
            {
                // It steps once for each page that it gives back.
                using var vacuum = Command(_writer, "PRAGMA incremental_vacuum");
                using var pages = vacuum.ExecuteReader();
                while (pages.Read())
                    cancellationToken.ThrowIfCancellationRequested();
            }
            else
            {
                Pragma(_writer, "auto_vacuum = INCREMENTAL");
                using var anew = Command(_writer, "VACUUM");
                anew.ExecuteNonQuery();
            }

            Pragma(_writer, "wal_checkpoint(TRUNCATE)");
        }
        catch (SqliteException e) when (Unusable(e) is { } unusable)
        {
            throw unusable;
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task<long> WriteAsync(Func<SqliteTransaction, long> write, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            using var transaction = _writer.BeginTransaction(deferred: false);
            var result = write(transaction);
            transaction.Commit();
            return result;
        }
        catch (SqliteException e) when (Unusable(e) is { } unusable)
        {
            throw unusable;
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task<ImmutableArray<StreamSnapshot>> StatesAsync(string sql, CancellationToken cancellationToken, params (string, object)[] parameters)
    {
        await using var connection = await ConnectAsync(cancellationToken);
        using var command = Command(connection, sql, parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var states = ImmutableArray.CreateBuilder<StreamSnapshot>();
        while (await reader.ReadAsync(cancellationToken))
            states.Add(new StreamSnapshot(reader.GetString(0), reader.GetInt64(1), reader.GetInt32(2), reader.GetString(3)));
        return states.ToImmutable();
    }
}
