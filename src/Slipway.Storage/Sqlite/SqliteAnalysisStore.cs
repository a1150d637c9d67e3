using System.Collections.Immutable;
using Microsoft.Data.Sqlite;
using Npgsql;
using NpgsqlTypes;
using Slipway.Core.Configuration;
using Slipway.Core.Deployments;
using Slipway.Engine.Ports;

namespace Slipway.Storage;

/// <summary>
/// What checks saw, in the same file as the events and on a connection of its own. A killed process loses nothing that was saved; a power cut may
/// lose the newest saves, because unlike events nothing is decided by them and they are not worth a sync of the disk each.
/// </summary>
public sealed class SqliteAnalysisStore : IAnalysisStore, IAsyncDisposable
{
    private readonly string _file;
    private readonly string _connectionString;
    private readonly SqliteConnection _writer;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly AnalysisSaves _saves;

    private SqliteAnalysisStore(string file, string connectionString, SqliteConnection writer)
    {
        (_file, _connectionString, _writer) = (file, connectionString, writer);
        _saves = new AnalysisSaves(SaveAllAsync);
    }

    /// <summary>Opens a file whose tables a <see cref="SqliteEventStore"/> has brought up to date.</summary>
    /// <exception cref="StoreException">It cannot be used; the message says why and what to do.</exception>
    public static SqliteAnalysisStore Open(string file)
    {
        var connectionString = new SqliteConnectionStringBuilder { DataSource = file, Mode = SqliteOpenMode.ReadWrite, DefaultTimeout = 10 }.ToString();
        SqliteConnection writer = new(connectionString);
        try
        {
            writer.Open();
            Execute(writer, "PRAGMA synchronous = NORMAL");
            Execute(writer, "PRAGMA busy_timeout = 10000");
            return new SqliteAnalysisStore(file, connectionString, writer);
        }
        catch (SqliteException e)
        {
            writer.Dispose();
            throw new StoreException(new Problem("SLIP0513", file, $"the database cannot be opened ({e.Message})", "make the file and its directory writable"), e);
        }
    }

    public Task<TakenAnalysis> TakeAsync(DeploymentId deployment, DateTimeOffset now, CancellationToken cancellationToken) => WriteAsync(() =>
    {
        using var transaction = _writer.BeginTransaction(deferred: false);
        using var take = Command(_writer,
            "INSERT INTO analyses (deployment, term, at) VALUES ($deployment, 1, $at) ON CONFLICT (deployment) DO UPDATE SET term = term + 1, at = $at RETURNING term, checkpoint",
            ("$deployment", deployment.Value), ("$at", now.UtcTicks));
        var (term, checkpoint) = One(take, r => (r.GetInt64(0), r.IsDBNull(1) ? null : r.GetFieldValue<byte[]>(1)));
        using var count = Command(_writer, "SELECT COALESCE(MAX(number), 0), COALESCE(SUM(length(data)), 0) FROM analysis_chunks WHERE deployment = $deployment", ("$deployment", deployment.Value));
        var (chunks, bytes) = One(count, r => (r.GetInt32(0), r.GetInt64(1)));
        transaction.Commit();
        return new TakenAnalysis(term, checkpoint is null ? null : (ReadOnlyMemory<byte>?)checkpoint, chunks, bytes);
    }, cancellationToken);

    public Task<bool> SaveAsync(DeploymentId deployment, AnalysisSave save, CancellationToken cancellationToken) => _saves.AddAsync(deployment, save, cancellationToken);

    public async Task<ImmutableArray<AnalysisChunk>> ReadAsync(DeploymentId deployment, int after, int limit, CancellationToken cancellationToken)
    {
        await using SqliteConnection connection = new(_connectionString);
        await connection.OpenAsync(cancellationToken);
        using var command = Command(connection, "SELECT number, data FROM analysis_chunks WHERE deployment = $deployment AND number > $after ORDER BY number LIMIT $limit",
            ("$deployment", deployment.Value), ("$after", after), ("$limit", limit));
        return All(command, r => new AnalysisChunk(r.GetInt32(0), r.GetFieldValue<byte[]>(1)));
    }

    public async Task<ReadOnlyMemory<byte>?> CheckpointAsync(DeploymentId deployment, CancellationToken cancellationToken)
    {
        await using SqliteConnection connection = new(_connectionString);
        await connection.OpenAsync(cancellationToken);
        using var command = Command(connection, "SELECT checkpoint FROM analyses WHERE deployment = $deployment AND checkpoint IS NOT NULL", ("$deployment", deployment.Value));
        return All(command, r => r.GetFieldValue<byte[]>(0)) is [var checkpoint] ? (ReadOnlyMemory<byte>?)checkpoint : null;
    }

    public Task<int> PruneAsync(DateTimeOffset before, CancellationToken cancellationToken) => WriteAsync(() =>
    {
        using var transaction = _writer.BeginTransaction(deferred: false);
        using var chunks = Command(_writer, "DELETE FROM analysis_chunks WHERE deployment IN (SELECT deployment FROM analyses WHERE at < $before)", ("$before", before.UtcTicks));
        chunks.ExecuteNonQuery();
        using var analyses = Command(_writer, "DELETE FROM analyses WHERE at < $before", ("$before", before.UtcTicks));
        var pruned = analyses.ExecuteNonQuery();
        transaction.Commit();
        return pruned;
    }, cancellationToken);

    /// <summary>Writes everything into the tables of a PostgreSQL database, within its open transaction.</summary>
    internal async Task CopyToAsync(NpgsqlConnection to, CancellationToken cancellationToken)
    {
        await using SqliteConnection connection = new(_connectionString);
        await connection.OpenAsync(cancellationToken);
        await using (var import = await to.BeginBinaryImportAsync("COPY slipway.analyses (deployment, term, checkpoint, at) FROM STDIN (FORMAT BINARY)", cancellationToken))
        {
            using var all = Command(connection, "SELECT deployment, term, checkpoint, at FROM analyses");
            await using var rows = await all.ExecuteReaderAsync(cancellationToken);
            while (await rows.ReadAsync(cancellationToken))
            {
                await import.StartRowAsync(cancellationToken);
                await import.WriteAsync(rows.GetString(0), NpgsqlDbType.Text, cancellationToken);
                await import.WriteAsync(rows.GetInt64(1), NpgsqlDbType.Bigint, cancellationToken);
                if (rows.IsDBNull(2))
                    await import.WriteNullAsync(cancellationToken);
                else
                    await import.WriteAsync(rows.GetFieldValue<byte[]>(2), NpgsqlDbType.Bytea, cancellationToken);
                await import.WriteAsync(rows.GetInt64(3), NpgsqlDbType.Bigint, cancellationToken);
            }

            await import.CompleteAsync(cancellationToken);
        }

        await using (var import = await to.BeginBinaryImportAsync("COPY slipway.analysis_chunks (deployment, number, data) FROM STDIN (FORMAT BINARY)", cancellationToken))
        {
            using var all = Command(connection, "SELECT deployment, number, data FROM analysis_chunks");
            await using var rows = await all.ExecuteReaderAsync(cancellationToken);
            while (await rows.ReadAsync(cancellationToken))
            {
                await import.StartRowAsync(cancellationToken);
                await import.WriteAsync(rows.GetString(0), NpgsqlDbType.Text, cancellationToken);
                await import.WriteAsync(rows.GetInt32(1), NpgsqlDbType.Integer, cancellationToken);
                await import.WriteAsync(rows.GetFieldValue<byte[]>(2), NpgsqlDbType.Bytea, cancellationToken);
            }

            await import.CompleteAsync(cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _saves.DisposeAsync();
        SqliteConnection.ClearPool(_writer);
        await _writer.DisposeAsync();
        _writing.Dispose();
    }

    private Task<IReadOnlyList<bool>> SaveAllAsync(IReadOnlyList<PendingSave> saves) => WriteAsync<IReadOnlyList<bool>>(() =>
    {
        using var transaction = _writer.BeginTransaction(deferred: false);
        List<bool> saved = [.. saves.Select(Save)];
        transaction.Commit();
        return saved;
    }, CancellationToken.None);

    private bool Save(PendingSave pending)
    {
        var save = pending.Save;
        using var update = Command(_writer, "UPDATE analyses SET checkpoint = $checkpoint, at = $at WHERE deployment = $deployment AND term = $term",
            ("$checkpoint", save.Checkpoint.ToArray()), ("$at", save.At.UtcTicks), ("$deployment", pending.Deployment), ("$term", save.Term));
        if (update.ExecuteNonQuery() == 0)
            return false;
        foreach (var chunk in save.Chunks)
        {
            using var insert = Command(_writer, "INSERT INTO analysis_chunks (deployment, number, data) VALUES ($deployment, $number, $data) ON CONFLICT DO NOTHING",
                ("$deployment", pending.Deployment), ("$number", chunk.Number), ("$data", chunk.Data.ToArray()));
            insert.ExecuteNonQuery();
        }

        return true;
    }

    private async Task<T> WriteAsync<T>(Func<T> write, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            return write();
        }
        catch (SqliteException e)
        {
            throw new StoreException(new Problem("SLIP0525", _file, $"what checks saw cannot be saved ({e.Message.TrimEnd('.')})", "see that the file can be written and the disk has room; it is tried again by itself"), e);
        }
        finally
        {
            _writing.Release();
        }
    }

    private static T One<T>(SqliteCommand command, Func<SqliteDataReader, T> row) => All(command, row)[0];

    private static ImmutableArray<T> All<T>(SqliteCommand command, Func<SqliteDataReader, T> row)
    {
        using var reader = command.ExecuteReader();
        var rows = ImmutableArray.CreateBuilder<T>();
        while (reader.Read())
            rows.Add(row(reader));
        return rows.ToImmutable();
    }

    private static SqliteCommand Command(SqliteConnection connection, string sql, params (string Name, object Value)[] parameters)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // Every text is a constant of this file; values are parameters.
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (var (name, value) in parameters)
            command.Parameters.AddWithValue(name, value);
        return command;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = Command(connection, sql);
        command.ExecuteScalar();
    }
}
