using System.Collections.Immutable;
using Npgsql;
using Slipway.Core.Deployments;
using Slipway.Engine.Ports;

namespace Slipway.Storage;

/// <summary>What checks saw, in the same database as the events, on a few connections of its own.</summary>
public sealed class PostgresAnalysisStore : IAnalysisStore, IAsyncDisposable
{
    private readonly NpgsqlDataSource _source;
    private readonly PostgresAddress _address;
    private readonly AnalysisSaves _saves;

    private PostgresAnalysisStore(NpgsqlDataSource source, PostgresAddress address)
    {
        (_source, _address) = (source, address);
        _saves = new AnalysisSaves(saves => TryAsync(() => SaveAllAsync(saves)));
    }

    /// <summary>For a database whose tables a <see cref="PostgresEventStore"/> has brought up to date. Connects when it is first asked.</summary>
    public static PostgresAnalysisStore Open(PostgresAddress address) =>
        new(NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(address.ConnectionString) { MaxPoolSize = 5, ApplicationName = "slipway-analyses" }.ToString()), address);

    public Task<TakenAnalysis> TakeAsync(DeploymentId deployment, DateTimeOffset now, CancellationToken cancellationToken) => TryAsync(async () =>
    {
        await using var connection = await _source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (term, checkpoint) = (await AllAsync(connection,
            "INSERT INTO slipway.analyses AS a (deployment, term, at) VALUES ($1, 1, $2) ON CONFLICT (deployment) DO UPDATE SET term = a.term + 1, at = $2 RETURNING term, checkpoint",
            [deployment.Value, now.UtcTicks], r => (r.GetInt64(0), r.IsDBNull(1) ? null : r.GetFieldValue<byte[]>(1)), cancellationToken))[0];
        var (chunks, bytes) = (await AllAsync(connection,
            "SELECT COALESCE(MAX(number), 0), COALESCE(SUM(length(data)), 0)::bigint FROM slipway.analysis_chunks WHERE deployment = $1",
            [deployment.Value], r => (r.GetInt32(0), r.GetInt64(1)), cancellationToken))[0];
        await transaction.CommitAsync(cancellationToken);
        return new TakenAnalysis(term, checkpoint is null ? null : (ReadOnlyMemory<byte>?)checkpoint, chunks, bytes);
    });

    public Task<bool> SaveAsync(DeploymentId deployment, AnalysisSave save, CancellationToken cancellationToken) => _saves.AddAsync(deployment, save, cancellationToken);

    public Task<ImmutableArray<AnalysisChunk>> ReadAsync(DeploymentId deployment, int after, int limit, CancellationToken cancellationToken) =>
        ReadAsync("SELECT number, data FROM slipway.analysis_chunks WHERE deployment = $1 AND number > $2 ORDER BY number LIMIT $3",
            [deployment.Value, after, limit], r => new AnalysisChunk(r.GetInt32(0), r.GetFieldValue<byte[]>(1)), cancellationToken);

    public async Task<ReadOnlyMemory<byte>?> CheckpointAsync(DeploymentId deployment, CancellationToken cancellationToken) =>
        await ReadAsync("SELECT checkpoint FROM slipway.analyses WHERE deployment = $1 AND checkpoint IS NOT NULL", [deployment.Value], r => r.GetFieldValue<byte[]>(0), cancellationToken) is [var checkpoint]
            ? (ReadOnlyMemory<byte>?)checkpoint : null;

    public Task<int> PruneAsync(DateTimeOffset before, CancellationToken cancellationToken) => TryAsync(async () =>
    {
        await using var command = _source.CreateCommand("""
            WITH old AS (DELETE FROM slipway.analyses WHERE at < $1 RETURNING deployment),
                 gone AS (DELETE FROM slipway.analysis_chunks WHERE deployment IN (SELECT deployment FROM old))
            SELECT count(*)::int FROM old
            """);
        command.Parameters.AddWithValue(before.UtcTicks);
        return (int)(await command.ExecuteScalarAsync(cancellationToken))!;
    });

    public async ValueTask DisposeAsync()
    {
        await _saves.DisposeAsync();
        await _source.DisposeAsync();
    }

    /// <summary>Two round trips for all: which terms still count (their rows stay locked until the end), and what follows from that.</summary>
    private async Task<IReadOnlyList<bool>> SaveAllAsync(IReadOnlyList<PendingSave> saves)
    {
        await using var connection = await _source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using NpgsqlBatch updates = new(connection);
        foreach (var pending in saves)
            updates.BatchCommands.Add(Command("UPDATE slipway.analyses SET checkpoint = $1, at = $2 WHERE deployment = $3 AND term = $4", pending.Save.Checkpoint.ToArray(), pending.Save.At.UtcTicks, pending.Deployment, pending.Save.Term));
        await updates.ExecuteNonQueryAsync();
        List<bool> saved = [.. updates.BatchCommands.OfType<NpgsqlBatchCommand>().Select(c => c.RecordsAffected == 1)];
        await using NpgsqlBatch inserts = new(connection);
        foreach (var (pending, chunk) in saves.Where((_, i) => saved[i]).SelectMany(p => p.Save.Chunks.Select(c => (p, c))))
            inserts.BatchCommands.Add(Command("INSERT INTO slipway.analysis_chunks (deployment, number, data) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", pending.Deployment, chunk.Number, chunk.Data.ToArray()));
        if (inserts.BatchCommands.Count > 0)
            await inserts.ExecuteNonQueryAsync();
        await transaction.CommitAsync();
        return saved;
    }

    /// <summary>A connection that was lost since it was last used is no reason to fail: everything here may be done twice.</summary>
    private async Task<T> TryAsync<T>(Func<Task<T>> act)
    {
        try
        {
            try
            {
                return await act();
            }
            catch (NpgsqlException e) when (e.IsTransient)
            {
                return await act();
            }
        }
        catch (NpgsqlException e)
        {
            throw _address.Unusable(e);
        }
    }

    private static NpgsqlBatchCommand Command(string sql, params object[] parameters)
    {
#pragma warning disable CA2100 // Every text is a constant of this file; values are parameters.
        NpgsqlBatchCommand command = new(sql);
#pragma warning restore CA2100
        foreach (var value in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        return command;
    }

    private Task<ImmutableArray<T>> ReadAsync<T>(string sql, object[] parameters, Func<NpgsqlDataReader, T> row, CancellationToken cancellationToken) => TryAsync(async () =>
    {
        await using var connection = await _source.OpenConnectionAsync(cancellationToken);
        return await AllAsync(connection, sql, parameters, row, cancellationToken);
    });

    private static async Task<ImmutableArray<T>> AllAsync<T>(NpgsqlConnection connection, string sql, object[] parameters, Func<NpgsqlDataReader, T> row, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // Every text is a constant of this file; values are parameters.
        await using NpgsqlCommand command = new(sql, connection);
#pragma warning restore CA2100
        foreach (var value in parameters)
            command.Parameters.AddWithValue(value);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = ImmutableArray.CreateBuilder<T>();
        while (await reader.ReadAsync(cancellationToken))
            rows.Add(row(reader));
        return rows.ToImmutable();
    }
}
