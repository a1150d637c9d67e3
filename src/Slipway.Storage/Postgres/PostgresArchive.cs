using System.Collections.Immutable;
using Npgsql;
using Slipway.Engine.Ports;

namespace Slipway.Storage;

/// <summary>States of streams, and the removal of events that are in them.</summary>
public sealed partial class PostgresEventStore : IStreamArchive
{
    private const string States = "SELECT stream, version, format, data FROM slipway.snapshots";

    public async Task<StreamSnapshot?> SnapshotAsync(string stream, CancellationToken cancellationToken) =>
        await ReadAsync($"{States} WHERE stream = $1", [stream], Snapshot, cancellationToken) is [var one] ? one : null;

    public Task<ImmutableArray<StreamSnapshot>> SnapshotsAsync(string afterStream, int limit, CancellationToken cancellationToken) =>
        ReadAsync($"{States} WHERE stream > $1 ORDER BY stream LIMIT $2", [afterStream, Math.Clamp(limit, 0, MostAtOnce)], Snapshot, cancellationToken);

    public Task SaveSnapshotAsync(StreamSnapshot snapshot, CancellationToken cancellationToken) => ReadAsync(
        """
        INSERT INTO slipway.snapshots AS s (stream, version, format, data) VALUES ($1, $2, $3, $4)
        ON CONFLICT (stream) DO UPDATE SET version = excluded.version, format = excluded.format, data = excluded.data
        WHERE excluded.version > s.version OR excluded.version = s.version AND excluded.format > s.format
        RETURNING version
        """,
        [snapshot.Stream, snapshot.Version, snapshot.Format, snapshot.Data], r => r.GetInt64(0), cancellationToken);

    /// <summary>One statement, so one transaction. Asked a second time after a lost answer it finds nothing left to remove.</summary>
    public async Task<long> CompactAsync(string stream, long throughVersion, IReadOnlyCollection<string> types, CancellationToken cancellationToken) => (await ReadAsync(
        """
        WITH removed AS (
            DELETE FROM slipway.events WHERE stream = $1 AND version > 1 AND version <= $2 AND type = ANY ($3)
                AND version < (SELECT max(version) FROM slipway.events WHERE stream = $1)
                AND EXISTS (SELECT 1 FROM slipway.snapshots s WHERE s.stream = $1 AND s.version >= $2)
            RETURNING position),
        noted AS (UPDATE slipway.horizon SET position = greatest(position, (SELECT max(r.position) FROM removed r)))
        SELECT count(*) FROM removed
        """,
        [stream, throughVersion, types.ToArray()], r => r.GetInt64(0), cancellationToken))[0];

    public async Task<long> HorizonAsync(CancellationToken cancellationToken) =>
        (await ReadAsync("SELECT position FROM slipway.horizon", [], r => r.GetInt64(0), cancellationToken))[0];

    /// <summary>PostgreSQL does that by itself.</summary>
    public Task ReclaimAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static StreamSnapshot Snapshot(NpgsqlDataReader r) => new(r.GetString(0), r.GetInt64(1), r.GetInt32(2), r.GetString(3));
}
