using Microsoft.Data.Sqlite;
using Slipway.Engine.Ports;
using Slipway.Testing.Contracts;

namespace Slipway.Storage.Tests;

public sealed class SqliteEventStoreTests : StreamArchiveContract, IDisposable
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
    public async Task AFileThatIsLockedIsNamedStoresNothingAndServesAgainWhenItIsFree()
    {
        using var store = SqliteEventStore.Open(Database, patience: TimeSpan.FromMilliseconds(100));
        using (SqliteConnection other = new($"Data Source={Database};Pooling=false"))
        {
            other.Open();
            using var held = other.BeginTransaction(deferred: false);
            var problem = (await Assert.ThrowsAsync<StoreException>(() => store.AppendAsync("s", 0, [Event("a")], default))).Problem;
            Assert.Equal(("SLIP0525", Database), (problem.Code, problem.Place));
            Assert.Contains("locked", problem.Message, StringComparison.Ordinal);
        }

        Assert.Equal(new AppendResult.Appended(1, 1), await store.AppendAsync("s", 0, [Event("a")], default));
    }

    [Fact]
    public async Task ADiskThatIsFullIsToldStoresNothingAndNothingHasToBeRestarted()
    {
        await AppendAsync("s", 0, Event("a"));
        var pages = (long)Scalar("PRAGMA page_count");
        _stores[0].Limit(pages);

        var problem = (await Assert.ThrowsAsync<StoreException>(() => AppendAsync("s", 1, Event("b"), Event(new string('x', 100_000))))).Problem;
        Assert.Equal("SLIP0525", problem.Code);
        Assert.Contains("disk is full", problem.Message, StringComparison.Ordinal);

        _stores[0].Limit(pages + 100);
        Assert.Equal(new AppendResult.Appended(2, 2), await AppendAsync("s", 1, Event("b")));
    }

    [Fact]
    public async Task DamagedContentIsToldAsThat()
    {
        await AppendAsync("s", 0, [.. Enumerable.Range(0, 500).Select(i => Event($"{i} {new string('x', 300)}"))]);
        foreach (var store in _stores)
            store.Dispose();
        SqliteConnection.ClearAllPools();
        using (var file = File.OpenWrite(Database))
        {
            file.Position = 4096;
            file.Write(Enumerable.Repeat((byte)0x5A, (int)file.Length - 4096).ToArray());
        }

        using var again = SqliteEventStore.Open(Database);
        var problem = (await Assert.ThrowsAsync<StoreException>(() => again.ReadAllAsync(0, 1000, default))).Problem;
        Assert.Equal("SLIP0525", problem.Code);
        Assert.Contains("damaged", problem.Message, StringComparison.Ordinal);
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
