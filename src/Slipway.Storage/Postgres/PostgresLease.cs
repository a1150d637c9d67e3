using Npgsql;
using Slipway.Core.Configuration;

namespace Slipway.Storage;

/// <summary>Keeps a second server from using the same database by mistake: one alone, or the members of one cluster. That two writers never both decide is kept by the events' versions, not by this.</summary>
public sealed class PostgresLease : IAsyncDisposable
{
    private const long Lock = 0x511BBA5;

    private readonly NpgsqlConnection _connection;

    private PostgresLease(NpgsqlConnection connection) => _connection = connection;

    /// <summary>Held until it is disposed of, or the connection or this process ends.</summary>
    /// <exception cref="StoreException">Another server has it, or the database cannot be used.</exception>
    /// <param name="shared">With the other members of a cluster.</param>
    public static async Task<PostgresLease> TakeAsync(PostgresAddress address, bool shared, CancellationToken cancellationToken)
    {
        NpgsqlConnection connection = new(new NpgsqlConnectionStringBuilder(address.ConnectionString) { Pooling = false, ApplicationName = "slipway-lease" }.ToString());
        try
        {
            await connection.OpenAsync(cancellationToken);
            await using NpgsqlCommand take = new(shared ? $"SELECT pg_try_advisory_lock_shared({Lock})" : $"SELECT pg_try_advisory_lock({Lock})", connection);
            if (await take.ExecuteScalarAsync(cancellationToken) is true)
                return new PostgresLease(connection);
            throw new StoreException(new Problem("SLIP0518", address.Shown, shared ? "a Slipway server that is not a member of a cluster uses this database" : "another Slipway server uses this database",
                shared ? "stop it, and start it again with `--cluster`" : "stop it, give this one a database of its own, or start all of them with `--cluster`"));
        }
        catch (Exception e)
        {
            await connection.DisposeAsync();
            if (e is NpgsqlException)
                throw address.Unusable(e);
            throw;
        }
    }

    /// <summary>Gives it back before the connection ends: the database notices that only later, and whoever starts again at once would be refused.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await using NpgsqlCommand release = new("SELECT pg_advisory_unlock_all()", _connection);
            await release.ExecuteNonQueryAsync();
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException)
        {
            // The connection is gone, and the lease with it.
        }

        await _connection.DisposeAsync();
    }
}
