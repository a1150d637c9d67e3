using Microsoft.Data.Sqlite;
using Slipway.Engine.Ports;
using Slipway.Testing;
using Slipway.Testing.Contracts;

namespace Slipway.Storage.Tests;

public sealed class InMemoryAnalysisStoreTests : AnalysisStoreContract
{
    protected override IAnalysisStore Analyses { get; } = new InMemoryAnalysisStore();

    protected override IAnalysisStore AnotherAnalyses() => Analyses;
}

public sealed class SqliteAnalysisStoreTests : AnalysisStoreContract, IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("slipway-analyses-").FullName;
    private readonly List<SqliteAnalysisStore> _stores = [];

    private string Database => Path.Combine(_directory, "slipway.db");

    protected override IAnalysisStore Analyses => _stores[0];

    public ValueTask InitializeAsync()
    {
        SqliteEventStore.Open(Database).Dispose();
        AnotherAnalyses();
        return default;
    }

    protected override IAnalysisStore AnotherAnalyses()
    {
        _stores.Add(SqliteAnalysisStore.Open(Database));
        return _stores[^1];
    }

    /// <summary>The released version's database, word for word as it made it.</summary>
    [Fact]
    public async Task ADatabaseOfTheFirstVersionIsMigratedAndKeepsItsEvents()
    {
        var old = Path.Combine(_directory, "old.db");
        await using (SqliteConnection connection = new($"Data Source={old};Pooling=false"))
        {
            await connection.OpenAsync();
            var make = connection.CreateCommand();
            make.CommandText = """
                CREATE TABLE events (position INTEGER PRIMARY KEY AUTOINCREMENT, stream TEXT NOT NULL, version INTEGER NOT NULL, type TEXT NOT NULL, data TEXT NOT NULL, at TEXT NOT NULL, UNIQUE (stream, version));
                INSERT INTO events (stream, version, type, data, at) VALUES ('s', 1, 't', '{}', '2026-11-23T10:00:00.0000000+00:00');
                PRAGMA user_version = 1;
                """;
            await make.ExecuteNonQueryAsync();
        }

        using var events = SqliteEventStore.Open(old);
        await using var analyses = SqliteAnalysisStore.Open(old);
        Assert.Single(await events.ReadStreamAsync("s", 0, default));
        Assert.Equal(1, (await analyses.TakeAsync(new("shop.production.1"), DateTimeOffset.UnixEpoch, default)).Term);
    }

    [Fact]
    public async Task EventsAndAnalysesAreWrittenAtTheSameTimeWithoutTrouble()
    {
        using var events = SqliteEventStore.Open(Database);
        var taken = await Analyses.TakeAsync(new("shop.production.1"), DateTimeOffset.UnixEpoch, default);
        var saving = Task.WhenAll(Enumerable.Range(1, 200).Select(i =>
            Analyses.SaveAsync(new("shop.production.1"), new AnalysisSave(taken.Term, new byte[2000], [new AnalysisChunk(i, new byte[2000])], DateTimeOffset.UnixEpoch), default)));
        for (var i = 0; i < 200; i++)
            Assert.IsType<AppendResult.Appended>(await events.AppendAsync("s", i, [new NewEvent("t", "{}", DateTimeOffset.UnixEpoch)], default));

        Assert.All(await saving, Assert.True);
        Assert.Equal(200, (await Analyses.ReadAsync(new("shop.production.1"), 0, 1000, default)).Length);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var store in _stores)
            await store.DisposeAsync();
        SqliteConnection.ClearAllPools();
        Directory.Delete(_directory, recursive: true);
    }
}

public sealed class PostgresAnalysisStoreTests(PostgresFixture fixture) : AnalysisStoreContract, IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private readonly List<PostgresAnalysisStore> _stores = [];
    private PostgresAddress _address = null!;

    protected override IAnalysisStore Analyses => _stores[0];

    public async ValueTask InitializeAsync()
    {
        _address = PostgresAddress.Parse(await fixture.Server.CreateDatabaseAsync())!;
        await (await PostgresEventStore.OpenAsync(_address, TimeProvider.System, default)).DisposeAsync();
        AnotherAnalyses();
    }

    protected override IAnalysisStore AnotherAnalyses()
    {
        _stores.Add(PostgresAnalysisStore.Open(_address));
        return _stores[^1];
    }

    [Fact]
    public async Task WhatChecksSawIsMovedWithTheEvents()
    {
        var directory = Directory.CreateTempSubdirectory("slipway-move-").FullName;
        var file = Path.Combine(directory, "slipway.db");
        using (var events = SqliteEventStore.Open(file))
        await using (var from = SqliteAnalysisStore.Open(file))
        {
            await events.AppendAsync("s", 0, [new NewEvent("t", "{}", DateTimeOffset.UnixEpoch)], default);
            var taken = await from.TakeAsync(new("shop.production.1"), DateTimeOffset.UnixEpoch, default);
            await from.SaveAsync(new("shop.production.1"), new AnalysisSave(taken.Term, new byte[] { 7 }, [.. Enumerable.Range(1, 250).Select(i => new AnalysisChunk(i, new[] { (byte)i }))], DateTimeOffset.UnixEpoch), default);
            await from.TakeAsync(new("shop.production.2"), DateTimeOffset.UnixEpoch, default);

            await EventCopy.ToPostgresAsync(events, from, _address, TimeProvider.System, new Progress<long>(), default);
        }

        Assert.Equal(Enumerable.Range(1, 250).Select(i => (byte)i), (await Analyses.ReadAsync(new("shop.production.1"), 0, 1000, default)).Select(c => c.Data.Span[0]));
        var next = await Analyses.TakeAsync(new("shop.production.1"), DateTimeOffset.UnixEpoch, default);
        Assert.Equal((2L, (byte)7, 250), (next.Term, next.Checkpoint!.Value.Span[0], next.Chunks));
        Assert.Equal(2, (await Analyses.TakeAsync(new("shop.production.2"), DateTimeOffset.UnixEpoch, default)).Term);
        SqliteConnection.ClearAllPools();
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task SavesGoOnAfterTheServerWasRestarted()
    {
        var taken = await Analyses.TakeAsync(new("shop.production.1"), DateTimeOffset.UnixEpoch, default);
        await fixture.Server.DownAsync();
        var problem = await Assert.ThrowsAsync<StoreException>(() => Analyses.SaveAsync(new("shop.production.1"), new AnalysisSave(taken.Term, new byte[] { 1 }, [], DateTimeOffset.UnixEpoch), default));
        Assert.Equal("SLIP0516", problem.Problem.Code);
        await fixture.Server.UpAsync();

        Assert.True(await Analyses.SaveAsync(new("shop.production.1"), new AnalysisSave(taken.Term, new byte[] { 2 }, [], DateTimeOffset.UnixEpoch), default));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var store in _stores)
            await store.DisposeAsync();
    }
}
