using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Npgsql;
using Slipway.Engine.Ports;
using Slipway.Testing.Servers;

namespace Slipway.Storage.Tests;

/// <summary>A database of every schema that was ever released is read, written and compacted by this Slipway. The files in Released never change; each new schema adds one.</summary>
public class ReleasedSchemaTests
{
    [Theory]
    [InlineData(1)]
    public async Task AFileOfEveryReleasedSchemaIsMigratedForward(int schema)
    {
        var directory = Directory.CreateTempSubdirectory("slipway-released-").FullName;
        var file = Path.Combine(directory, "slipway.db");
        File.Copy(Released($"schema-{schema}.db"), file);
        try
        {
            using (var store = SqliteEventStore.Open(file))
                await GoesOnAsync(store, store);
            using var again = SqliteEventStore.Open(file);
            Assert.Equal(4, await again.LastPositionAsync(default));
        }
        finally
        {
            SqliteConnection.ClearAllPools();
            Directory.Delete(directory, recursive: true);
        }
    }

    [Theory]
    [InlineData(1)]
    public async Task ADatabaseOfEveryReleasedSchemaIsMigratedForward(int schema)
    {
        await using var server = await PostgresServer.StartAsync();
        var address = PostgresAddress.Parse(await server.CreateDatabaseAsync())!;
        await using (NpgsqlConnection connection = new(address.ConnectionString))
        {
            await connection.OpenAsync();
#pragma warning disable CA2100 // The text is a file of this project.
            await using NpgsqlCommand dump = new(await File.ReadAllTextAsync(Released($"schema-{schema}.sql")), connection);
#pragma warning restore CA2100
            await dump.ExecuteNonQueryAsync();
        }

        await using (var store = await PostgresEventStore.OpenAsync(address, TimeProvider.System, default))
            await GoesOnAsync(store, store);
        await using var again = await PostgresEventStore.OpenAsync(address, TimeProvider.System, default);
        Assert.Equal(4, await again.LastPositionAsync(default));
    }

    private static async Task GoesOnAsync(IEventStore store, IStreamArchive archive)
    {
        var all = await store.ReadAllAsync(0, 100, default);
        Assert.Equal([(1L, "project:shop", 1L), (2, "project:shop", 2), (3, "environment:shop/production", 1)], all.Select(e => (e.Position, e.Stream, e.Version)));
        Assert.Contains("verliert Aufträge", all[1].Data, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromHours(2), all[2].At.Offset);
        Assert.Equal(new AppendResult.Appended(3, 4), await store.AppendAsync("project:shop", 2, [new NewEvent("project.candidate-unflagged", "{}", all[2].At)], default));
        await archive.SaveSnapshotAsync(new StreamSnapshot("project:shop", 3, 1, "{}"), default);
        Assert.Equal(1, await archive.CompactAsync("project:shop", 3, ["project.candidate-flagged"], default));
        await archive.ReclaimAsync(default);
        Assert.Equal(2, await archive.HorizonAsync(default));
        Assert.Equal([1L, 3, 4], (await store.ReadAllAsync(0, 100, default)).Select(e => e.Position));
    }

    private static string Released(string name, [CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "Released", name);
}
