using Npgsql;
using Slipway.Core.Configuration;
using Slipway.Storage;

namespace Slipway.Cluster.Membership;

/// <summary>What several servers share beside the events, in a schema of its own, made and migrated forward.</summary>
internal static class ClusterSchema
{
    /// <summary>Of those who start at the same time one migrates and the others wait. Any number that nobody else uses.</summary>
    private const long MigrationLock = 0x511BBA6;

    /// <summary>Each entry brings a database from its index to the next version. Released entries never change.</summary>
    private static readonly string[] Migrations =
    [
        """
        CREATE TABLE slipway_cluster.membership (version int NOT NULL);
        INSERT INTO slipway_cluster.membership VALUES (0);
        CREATE TABLE slipway_cluster.members (
            address    text PRIMARY KEY,
            etag       bigint NOT NULL,
            status     int NOT NULL,
            suspects   text NOT NULL,
            proxy_port int NOT NULL,
            host       text NOT NULL,
            name       text NOT NULL,
            role       text NOT NULL,
            started    timestamptz NOT NULL,
            alive      timestamptz NOT NULL
        );
        CREATE SEQUENCE slipway_cluster.route_versions;
        CREATE TABLE slipway_cluster.routes (
            project text PRIMARY KEY,
            owner   text NOT NULL,
            version bigint NOT NULL,
            route   text NOT NULL
        );
        CREATE TABLE slipway_cluster.artifacts (digest text PRIMARY KEY, bytes bigint NOT NULL);
        CREATE TABLE slipway_cluster.artifact_parts (
            digest text NOT NULL REFERENCES slipway_cluster.artifacts ON DELETE CASCADE,
            part   int NOT NULL,
            data   bytea NOT NULL,
            PRIMARY KEY (digest, part)
        );
        CREATE TABLE slipway_cluster.tokens (hash text PRIMARY KEY);
        """,

        // Servers of before go on writing what they know: a token of nobody in particular, good until it was not confirmed for too long.
        """
        ALTER TABLE slipway_cluster.tokens ADD server text, ADD confirmed timestamptz NOT NULL DEFAULT now();
        """,

        // What is there already counts as uploaded now: it is asked a day later whether anybody needs it.
        """
        ALTER TABLE slipway_cluster.artifacts ADD stored timestamptz NOT NULL DEFAULT now();
        """,
    ];

    /// <exception cref="StoreException">The database cannot be used, or was written by a newer Slipway.</exception>
    public static async Task MigrateAsync(NpgsqlDataSource source, PostgresAddress address, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await source.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await ExecuteAsync(connection, $"SELECT pg_advisory_xact_lock({MigrationLock})", cancellationToken);
            await ExecuteAsync(connection, "CREATE SCHEMA IF NOT EXISTS slipway_cluster; CREATE TABLE IF NOT EXISTS slipway_cluster.schema_version (version int NOT NULL)", cancellationToken);
            var version = await ExecuteAsync(connection, "SELECT version FROM slipway_cluster.schema_version", cancellationToken) as int? ?? 0;
            if (version > Migrations.Length)
                throw new StoreException(new Problem("SLIP0511", address.Shown, $"the database has cluster schema {version}, this Slipway knows {Migrations.Length}", "run the newer Slipway that wrote it"));
            for (var next = version; next < Migrations.Length; next++)
                await ExecuteAsync(connection, Migrations[next], cancellationToken);
            if (version < Migrations.Length)
                await ExecuteAsync(connection, $"DELETE FROM slipway_cluster.schema_version; INSERT INTO slipway_cluster.schema_version VALUES ({Migrations.Length})", cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
        catch (NpgsqlException e)
        {
            throw address.Unusable(e);
        }
    }

    private static async Task<object?> ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // The text is a constant of this file.
        await using NpgsqlCommand command = new(sql, connection);
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync(cancellationToken);
    }
}
