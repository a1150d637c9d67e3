using Npgsql;
using Slipway.Core.Configuration;

namespace Slipway.Storage;

/// <summary>Keeps a second server from using the same database by mistake. That two writers never both decide is kept by the events' versions, not by this.</summary>
public sealed class PostgresLease : IAsyncDisposable
{
    private const long Lock = 0x511BBA5;

    private readonly NpgsqlConnection _connection;

    private PostgresLease(NpgsqlConnection connection) => _connection = connection;

    /// <summary>Held until it is disposed of, or the connection or this process ends.</summary>
    /// <exception cref="StoreException">Another server has it, or the database cannot be used.</exception>
    public static async Task<PostgresLease> TakeAsync(PostgresAddress address, CancellationToken cancellationToken)
    {
        NpgsqlConnection connection = new(new NpgsqlConnectionStringBuilder(address.ConnectionString) { Pooling = false, ApplicationName = "slipway-lease" }.ToString());
        try
        {
            await connection.OpenAsync(cancellationToken);
            await using NpgsqlCommand take = new($"SELECT pg_try_advisory_lock({Lock})", connection);
            if (await take.ExecuteScalarAsync(cancellationToken) is true)
                return new PostgresLease(connection);
            throw new StoreException(new Problem("SLIP0518", address.Shown, "another Slipway server uses this database", "stop it, or give this one a database of its own"));
        }
        catch (Exception e)
        {
            await connection.DisposeAsync();
            if (e is NpgsqlException)
                throw address.Unusable(e);
            throw;
        }
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
