using System.Collections.Immutable;
using System.Globalization;
using Npgsql;
using Slipway.Engine.Ports;

namespace Slipway.Storage;

/// <summary>
/// Events in one PostgreSQL database, shared by any number of servers. Positions are given under a lock that is held until the commit, so no
/// reader can see a later one before an earlier one; what is appended at the same time in this process shares one transaction.
/// </summary>
public sealed partial class PostgresEventStore : IEventStore, IAsyncDisposable
{
    private const int MostAtOnce = 1000;

    private const string Columns = "SELECT position, stream, version, type, data, at FROM slipway.events";

    private readonly NpgsqlDataSource _source;
    private readonly PostgresAppends _appends;

    private PostgresEventStore(NpgsqlDataSource source, PostgresAddress address, TimeProvider time) =>
        (_source, _appends) = (source, new PostgresAppends(source, address, time));

    /// <summary>Connects, and brings the tables up to date.</summary>
    /// <exception cref="StoreException">It cannot be used; the message says why and what to do.</exception>
    public static async Task<PostgresEventStore> OpenAsync(PostgresAddress address, TimeProvider time, CancellationToken cancellationToken)
    {
        var source = address.Pool();
        try
        {
            await PostgresSchema.MigrateAsync(source, address, cancellationToken);
            return new PostgresEventStore(source, address, time);
        }
        catch (Exception e)
        {
            await source.DisposeAsync();
            if (e is NpgsqlException)
                throw address.Unusable(e);
            throw;
        }
    }

    public Task<AppendResult> AppendAsync(string stream, long expectedVersion, IReadOnlyList<NewEvent> events, CancellationToken cancellationToken) =>
        _appends.AddAsync(stream, expectedVersion, events, cancellationToken);

    public Task<ImmutableArray<RecordedEvent>> ReadStreamAsync(string stream, long afterVersion, CancellationToken cancellationToken) =>
        ReadAsync($"{Columns} WHERE stream = $1 AND version > $2 ORDER BY version", [stream, afterVersion], Recorded, cancellationToken);

    public Task<ImmutableArray<RecordedEvent>> ReadAllAsync(long afterPosition, int limit, CancellationToken cancellationToken) =>
        ReadAsync($"{Columns} WHERE position > $1 ORDER BY position LIMIT $2", [afterPosition, Math.Clamp(limit, 0, MostAtOnce)], Recorded, cancellationToken);

    public async Task<long> LastPositionAsync(CancellationToken cancellationToken) =>
        (await ReadAsync("SELECT COALESCE(MAX(position), 0) FROM slipway.events", [], r => r.GetInt64(0), cancellationToken))[0];

    public Task<ImmutableArray<string>> StreamsAsync(string prefix, CancellationToken cancellationToken) =>
        ReadAsync("SELECT stream FROM slipway.events WHERE version = 1 AND starts_with(stream, $1) ORDER BY position", [prefix], r => r.GetString(0), cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _appends.DisposeAsync();
        await _source.DisposeAsync();
    }

    private static RecordedEvent Recorded(NpgsqlDataReader r) => new(
        r.GetInt64(0), r.GetString(1), r.GetInt64(2), r.GetString(3), r.GetString(4), DateTimeOffset.Parse(r.GetString(5), CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind));

    /// <summary>A connection that was lost since it was last used is no reason to fail: reading again does no harm.</summary>
    private async Task<ImmutableArray<T>> ReadAsync<T>(string sql, object[] parameters, Func<NpgsqlDataReader, T> row, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadOnceAsync(sql, parameters, row, cancellationToken);
        }
        catch (NpgsqlException e) when (e.IsTransient)
        {
            return await ReadOnceAsync(sql, parameters, row, cancellationToken);
        }
    }

    private async Task<ImmutableArray<T>> ReadOnceAsync<T>(string sql, object[] parameters, Func<NpgsqlDataReader, T> row, CancellationToken cancellationToken)
    {
        await using var command = _source.CreateCommand(sql);
        foreach (var value in parameters)
            command.Parameters.AddWithValue(value);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = ImmutableArray.CreateBuilder<T>();
        while (await reader.ReadAsync(cancellationToken))
            rows.Add(row(reader));
        return rows.ToImmutable();
    }
}
