using Npgsql;
using Slipway.Engine.Ports;
using Slipway.Testing.Contracts;
using Slipway.Testing.Servers;

namespace Slipway.Storage.Tests;

/// <summary>One server for all tests of the class, a database for each.</summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    public PostgresServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await PostgresServer.StartAsync();

    public ValueTask DisposeAsync() => Server?.DisposeAsync() ?? default;
}

public sealed class PostgresEventStoreTests(PostgresFixture fixture) : EventStoreContract, IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private readonly List<PostgresEventStore> _stores = [];
    private PostgresAddress _address = null!;

    protected override IEventStore Store => _stores[0];

    public async ValueTask InitializeAsync()
    {
        _address = PostgresAddress.Parse(await fixture.Server.CreateDatabaseAsync())!;
        await OpenAsync();
    }

    protected override IEventStore Another()
    {
        // The contract's tests are asynchronous, and only this is not.
        return Task.Run(OpenAsync).GetAwaiter().GetResult();
    }

    [Fact]
    public async Task EventsOutliveTheStoreAndTheServer()
    {
        await AppendAsync("s", 0, Event("a"));
        await Store.ReadAllAsync(0, 1, default);
        await fixture.Server.DownAsync();
        var problem = await Assert.ThrowsAsync<StoreException>(() => AppendAsync("s", 1, Event("lost")));
        Assert.Equal("SLIP0516", problem.Problem.Code);
        await fixture.Server.UpAsync();

        Assert.Equal(new AppendResult.Appended(2, 2), await AppendAsync("s", 1, Event("b")));
        Assert.Equal(["a", "b"], (await Store.ReadStreamAsync("s", 0, default)).Select(e => e.Data));
    }

    [Fact]
    public async Task ConnectionsThatAreCutAgainAndAgainNeitherLoseNorRepeatWhatWasAnswered()
    {
        using CancellationTokenSource enough = new();
        var cutting = Task.Run(async () =>
        {
            await using NpgsqlConnection other = new(_address.ConnectionString + ";Pooling=false;Application Name=cutter");
            await other.OpenAsync();
            using PeriodicTimer pace = new(TimeSpan.FromMilliseconds(15));
            while (!enough.IsCancellationRequested && await pace.WaitForNextTickAsync())
            {
                await using NpgsqlCommand cut = new("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'slipway' AND datname = current_database()", other);
                await cut.ExecuteScalarAsync();
            }
        });
        var answered = new List<string>();
        for (var version = 0L; answered.Count < 300;)
        {
            try
            {
                var said = await AppendAsync("s", version, Event($"{answered.Count}"));
                version = said is AppendResult.Appended appended ? appended.Version : Assert.IsType<AppendResult.Appended>(said).Version;
                answered.Add($"{answered.Count}");
            }
            catch (StoreException e)
            {
                Assert.Equal("SLIP0516", e.Problem.Code);
            }
        }

        await enough.CancelAsync();
        await cutting;
        Assert.Equal(answered, (await Another().ReadStreamAsync("s", 0, default)).Select(e => e.Data));
    }

    [Fact]
    public async Task SeveralThatStartAtOnceOnAnEmptyDatabaseAllServe()
    {
        _address = PostgresAddress.Parse(await fixture.Server.CreateDatabaseAsync())!;
        var stores = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => OpenAsync()));
        Assert.All(stores, s => Assert.NotNull(s));
    }

    [Fact]
    public async Task EventsAreMovedWithTheirPositionsAndOnlyIntoAnEmptyDatabase()
    {
        var directory = Directory.CreateTempSubdirectory("slipway-move-").FullName;
        using var from = SqliteEventStore.Open(Path.Combine(directory, "slipway.db"));
        await using var analyses = SqliteAnalysisStore.Open(Path.Combine(directory, "slipway.db"));
        for (var i = 0; i < 1500; i++)
            await from.AppendAsync($"s{i % 7}", i / 7, [Event($"{{\"n\": {i}, \"text\": \"日本\"}}")], default);

        var copied = await EventCopy.ToPostgresAsync(from, analyses, _address, TimeProvider.System, new Progress<long>(), default);

        Assert.Equal((1500, await EventCopy.HashAsync(from, default)), (copied.Events, copied));
        Assert.Equal(await from.ReadAllAsync(1490, 100, default), await Store.ReadAllAsync(1490, 100, default));
        Assert.Equal(new AppendResult.Appended(1, 1501), await AppendAsync("new", 0, Event("next")));
        Assert.Equal("SLIP0519", (await Assert.ThrowsAsync<StoreException>(() => EventCopy.ToPostgresAsync(from, analyses, _address, TimeProvider.System, new Progress<long>(), default))).Problem.Code);
        from.Dispose();
        await analyses.DisposeAsync();
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task OneServerHasTheDatabaseUntilItEnds()
    {
        await using (await PostgresLease.TakeAsync(_address, default))
            Assert.Equal("SLIP0518", (await Assert.ThrowsAsync<StoreException>(() => PostgresLease.TakeAsync(_address, default))).Problem.Code);
        await (await PostgresLease.TakeAsync(_address, default)).DisposeAsync();
    }

    [Fact]
    public async Task ADatabaseOfANewerSlipwayIsNamedAndLeftAlone()
    {
        await using (NpgsqlConnection connection = new(_address.ConnectionString))
        {
            await connection.OpenAsync();
            await using NpgsqlCommand change = new("UPDATE slipway.schema_version SET version = 99", connection);
            await change.ExecuteNonQueryAsync();
        }

        var problem = (await Assert.ThrowsAsync<StoreException>(OpenAsync)).Problem;
        Assert.Equal("SLIP0511", problem.Code);
        Assert.Contains("99", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AServerThatIsNotThereIsNamedWithoutThePassword()
    {
        var nowhere = PostgresAddress.Parse("postgres://ana:s3cret@127.0.0.1:1/slipway")!;
        var problem = (await Assert.ThrowsAsync<StoreException>(() => PostgresEventStore.OpenAsync(nowhere, TimeProvider.System, default))).Problem;
        Assert.Equal(("SLIP0516", "postgres://ana@127.0.0.1:1/slipway"), (problem.Code, problem.Place));
        Assert.DoesNotContain("s3cret", problem.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mysql://a@b/c")]
    [InlineData("postgres://host")]
    [InlineData("postgres://host/db?no such=setting")]
    [InlineData("slipway.db")]
    public void WhatIsNoAddressIsNone(string text) => Assert.Null(PostgresAddress.Parse(text));

    public async ValueTask DisposeAsync()
    {
        foreach (var store in _stores)
            await store.DisposeAsync();
    }

    private async Task<PostgresEventStore> OpenAsync()
    {
        var store = await PostgresEventStore.OpenAsync(_address, TimeProvider.System, default);
        lock (_stores)
            _stores.Add(store);
        return store;
    }
}
