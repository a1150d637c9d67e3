using Microsoft.Data.Sqlite;
using Slipway.Engine.Ports;
using Slipway.Testing.Contracts;

namespace Slipway.Storage.Tests;

public sealed class SqliteEventStoreTests : EventStoreContract, IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("slipway-store-").FullName;
    private readonly List<SqliteEventStore> _stores = [];

    public SqliteEventStoreTests() => Store = Another();

    protected override IEventStore Store { get; }

    private string Database => Path.Combine(_directory, "made", "slipway.db");

    protected override IEventStore Another()
    {
        var store = SqliteEventStore.Open(Database);
        _stores.Add(store);
        return store;
    }

    [Fact]
    public async Task EventsOutliveTheStore()
    {
        await AppendAsync("s", 0, Event("a"));
        foreach (var store in _stores)
            store.Dispose();

        Assert.Equal("a", Assert.Single(await Another().ReadStreamAsync("s", 0, CancellationToken.None)).Data);
    }

    [Fact]
    public async Task EventsThatAreNotAllStoredAreNotStoredAtAll()
    {
        await AppendAsync("s", 0, Event("a"));

        await Assert.ThrowsAnyAsync<Exception>(() => AppendAsync("s", 1, Event("b"), new NewEvent("type", null!, default)));

        Assert.Single(await Store.ReadStreamAsync("s", 0, CancellationToken.None));
        Assert.Equal(new AppendResult.Appended(2, 2), await AppendAsync("s", 1, Event("c")));
    }

    [Fact]
    public async Task ReadersAndTheWriterDoNotWaitForEachOther()
    {
        await AppendAsync("s", 0, Event("a"));
        using SqliteConnection reader = new($"Data Source={Database}");
        reader.Open();
        using var reading = reader.BeginTransaction(deferred: true);
        using var command = reader.CreateCommand();
        command.CommandText = "SELECT COUNT(*) FROM events";
        Assert.Equal(1L, command.ExecuteScalar());

        Assert.Equal(new AppendResult.Appended(2, 2), await AppendAsync("s", 1, Event("b")));
        Assert.Equal(1L, command.ExecuteScalar());
    }

    [Fact]
    public async Task StreamsAreFoundByAnIndex()
    {
        await AppendAsync("s", 0, Event("a"));

        Assert.Contains("USING INDEX", (string)Scalar("EXPLAIN QUERY PLAN SELECT data FROM events WHERE stream = 's' AND version > 0 ORDER BY version", column: 3), StringComparison.Ordinal);
    }

    [Fact]
    public void TheDatabaseIsForItsOwnerOnly()
    {
        if (OperatingSystem.IsWindows())
            return;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Database));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(Database)!));
    }

    [Fact]
    public void AFileThatIsNoDatabaseIsNamedAndLeftAlone()
    {
        var file = Path.Combine(_directory, "notes.db");
        File.WriteAllText(file, new string('x', 4096));

        var problem = Assert.Throws<StoreException>(() => SqliteEventStore.Open(file));

        Assert.Contains(file, problem.Message, StringComparison.Ordinal);
        Assert.Contains("not a database", problem.Message, StringComparison.Ordinal);
        Assert.Equal(new string('x', 4096), File.ReadAllText(file));
    }

    [Fact]
    public void ADatabaseOfANewerSlipwayIsNamedAndLeftAlone()
    {
        Scalar("PRAGMA user_version = 99");

        var problem = Assert.Throws<StoreException>(() => SqliteEventStore.Open(Database));

        Assert.Contains(Database, problem.Message, StringComparison.Ordinal);
        Assert.Contains("99", problem.Message, StringComparison.Ordinal);
        Assert.Equal(99L, Scalar("PRAGMA user_version"));
    }

    [Fact]
    public void APlaceThatCannotBeWrittenIsNamed()
    {
        var file = Path.Combine(_directory, "file");
        File.WriteAllText(file, "");

        var problem = Assert.Throws<StoreException>(() => SqliteEventStore.Open(Path.Combine(file, "slipway.db")));

        Assert.Contains(file, problem.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        foreach (var store in _stores)
            store.Dispose();
        SqliteConnection.ClearAllPools();
        Directory.Delete(_directory, recursive: true);
    }

    private object Scalar(string sql, int column = 0)
    {
        using SqliteConnection connection = new($"Data Source={Database}");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this file.
        command.CommandText = sql;
#pragma warning restore CA2100
        using var reader = command.ExecuteReader();
        return reader.Read() ? reader.GetValue(column) : "";
    }
}
