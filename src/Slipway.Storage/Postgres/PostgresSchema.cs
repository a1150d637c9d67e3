using Npgsql;
using Slipway.Core.Configuration;

namespace Slipway.Storage;

/// <summary>The database's tables, in a schema of their own, made and migrated forward.</summary>
internal static class PostgresSchema
{
    /// <summary>Of those who start at the same time one migrates and the others wait. Any number that nobody else uses.</summary>
    private const long MigrationLock = 0x511BBA4;

    /// <summary>Each entry brings a database from its index to the next version. Released entries never change.</summary>
    private static readonly string[] Migrations =
    [
        """
        CREATE TABLE slipway.events (
            position bigint PRIMARY KEY,
            stream   text COLLATE "C" NOT NULL,
            version  bigint NOT NULL,
            id       uuid NOT NULL,
            type     text NOT NULL,
            data     text NOT NULL,
            at       text NOT NULL,
            UNIQUE (stream, version)
        );
        CREATE TABLE slipway.positions (last bigint NOT NULL);
        INSERT INTO slipway.positions VALUES (0);
        """,
        """
        CREATE TABLE slipway.analyses (
            deployment text COLLATE "C" PRIMARY KEY,
            term       bigint NOT NULL,
            checkpoint bytea,
            at         bigint NOT NULL
        );
        CREATE TABLE slipway.analysis_chunks (
            deployment text COLLATE "C" NOT NULL,
            number     int NOT NULL,
            data       bytea NOT NULL,
            PRIMARY KEY (deployment, number)
        );
        """,
    ];

    /// <summary>Brings the database to the present version, in one transaction.</summary>
    /// <exception cref="StoreException">It was written by a newer Slipway.</exception>
    public static async Task MigrateAsync(NpgsqlDataSource source, PostgresAddress address, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(connection, $"SELECT pg_advisory_xact_lock({MigrationLock})", cancellationToken);
        await ExecuteAsync(connection, "CREATE SCHEMA IF NOT EXISTS slipway; CREATE TABLE IF NOT EXISTS slipway.schema_version (version int NOT NULL)", cancellationToken);
        var version = await ExecuteAsync(connection, "SELECT version FROM slipway.schema_version", cancellationToken) as int? ?? 0;
        if (version > Migrations.Length)
            throw new StoreException(new Problem("SLIP0511", address.Shown, $"the database has schema {version}, this Slipway knows {Migrations.Length}", "run the newer Slipway that wrote it"));
        for (var next = version; next < Migrations.Length; next++)
            await ExecuteAsync(connection, Migrations[next], cancellationToken);
        if (version < Migrations.Length)
            await ExecuteAsync(connection, $"DELETE FROM slipway.schema_version; INSERT INTO slipway.schema_version VALUES ({Migrations.Length})", cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private static async Task<object?> ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // The text is a constant of this file.
        await using NpgsqlCommand command = new(sql, connection);
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync(cancellationToken);
    }
}
