using System.Diagnostics;
using Npgsql;
using Slipway.Engine.Ports;

namespace Slipway.Storage;

/// <summary>How the database is.</summary>
public sealed partial class PostgresEventStore : IStoreHealth
{
    public async Task<StoreHealth> CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await _source.OpenConnectionAsync(cancellationToken);
            await using NpgsqlCommand ask = new("SELECT (SELECT version FROM slipway.schema_version), clock_timestamp(), pg_is_in_recovery(), (SELECT last FROM slipway.positions), (SELECT COALESCE(max(position), 0) FROM slipway.events)", connection);
            await using var reader = await ask.ExecuteReaderAsync(cancellationToken);
            await reader.ReadAsync(cancellationToken);
            var (schema, clock, standby, last, newest) = (reader.GetInt32(0), await reader.GetFieldValueAsync<DateTimeOffset>(1, cancellationToken), reader.GetBoolean(2), reader.GetInt64(3), reader.GetInt64(4));
            await reader.DisposeAsync();
            var problem = standby ? "it is a standby, which cannot be written" : last < newest ? $"it gives position {last + 1} next, but has an event at {newest}" : null;
            var begun = Stopwatch.GetTimestamp();
            if (problem is null)
            {
                await using NpgsqlCommand touch = new("UPDATE slipway.horizon SET position = position", connection);
                await touch.ExecuteNonQueryAsync(cancellationToken);
            }

            return new StoreHealth($"PostgreSQL {connection.PostgreSqlVersion} at {connection.Host}:{connection.Port}/{connection.Database}", schema, Stopwatch.GetElapsedTime(begun), clock, problem);
        }
        catch (NpgsqlException e)
        {
            return new StoreHealth("PostgreSQL", 0, TimeSpan.Zero, null, e.Message);
        }
    }
}
