using Microsoft.Data.Sqlite;
using Slipway.Core.Configuration;

namespace Slipway.Storage;

/// <summary>The database's tables, made and migrated forward.</summary>
internal static class SqliteSchema
{
    /// <summary>Each entry brings a database from its index to the next version. Released entries never change.</summary>
    private static readonly string[] Migrations =
    [
        """
        CREATE TABLE events (
            position INTEGER PRIMARY KEY AUTOINCREMENT,
            stream   TEXT NOT NULL,
            version  INTEGER NOT NULL,
            type     TEXT NOT NULL,
            data     TEXT NOT NULL,
            at       TEXT NOT NULL,
            UNIQUE (stream, version)
        );
        """,
        """
        CREATE TABLE analyses (
            deployment TEXT PRIMARY KEY,
            term       INTEGER NOT NULL,
            checkpoint BLOB,
            at         INTEGER NOT NULL
        );
        CREATE TABLE analysis_chunks (
            deployment TEXT NOT NULL,
            number     INTEGER NOT NULL,
            data       BLOB NOT NULL,
            PRIMARY KEY (deployment, number)
        );
        """,
    ];

    /// <summary>Brings the database to the present version, in one transaction.</summary>
    /// <exception cref="StoreException">It was written by a newer Slipway.</exception>
    public static void Migrate(SqliteConnection connection, string file)
    {
        using var transaction = connection.BeginTransaction(deferred: false);
        var version = Version(connection, transaction);
        if (version > Migrations.Length)
            throw new StoreException(new Problem("SLIP0511", file, $"the database has schema {version}, this Slipway knows {Migrations.Length}", "run the newer Slipway that wrote it"));
        for (; version < Migrations.Length; version++)
            Execute(connection, transaction, Migrations[version]);
        Execute(connection, transaction, $"PRAGMA user_version = {Migrations.Length}");
        transaction.Commit();
    }

    private static int Version(SqliteConnection connection, SqliteTransaction transaction)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "PRAGMA user_version";
        return Convert.ToInt32(command.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture);
    }

    private static void Execute(SqliteConnection connection, SqliteTransaction transaction, string sql)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
#pragma warning disable CA2100 // The text is a constant of this file.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
