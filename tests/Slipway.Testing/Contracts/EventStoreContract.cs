using CsCheck;
using Slipway.Engine.Ports;

namespace Slipway.Testing.Contracts;

/// <summary>What every event store promises.</summary>
public abstract class EventStoreContract
{
    private static readonly DateTimeOffset At = new(2026, 11, 23, 10, 0, 0, 123, TimeSpan.FromHours(2));

    protected abstract IEventStore Store { get; }

    /// <summary>A store on the same events, as another process has it.</summary>
    protected abstract IEventStore Another();

    [Fact]
    public async Task WhatIsAppendedIsReadBackAsItWas()
    {
        NewEvent[] events = [Event("a"), new("deployment.größer", "{\"text\":\"日本 🚢 \\u0000 'quoted' \"}", At)];

        Assert.Equal(new AppendResult.Appended(2, 2), await AppendAsync("deployments/1", 0, events));

        var read = await Store.ReadStreamAsync("deployments/1", 0, CancellationToken.None);
        Assert.Equal(events, read.Select(e => new NewEvent(e.Type, e.Data, e.At)));
        Assert.All(read, e => Assert.Equal(At.Offset, e.At.Offset));
        Assert.Equal([(1L, 1L, "deployments/1"), (2L, 2L, "deployments/1")], read.Select(e => (e.Position, e.Version, e.Stream)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public async Task AnAppendAtAnotherVersionStoresNothing(long expected)
    {
        await AppendAsync("s", 0, Event("a"), Event("b"));

        Assert.Equal(new AppendResult.Conflict(2), await AppendAsync("s", expected, Event("x"), Event("y")));

        Assert.Equal(["a", "b"], await DataAsync("s"));
        Assert.Equal(2, await Store.LastPositionAsync(CancellationToken.None));
    }

    [Fact]
    public async Task AppendingNothingChecksTheVersionAndMakesNoStream()
    {
        Assert.Equal(new AppendResult.Appended(0, 0), await AppendAsync("s", 0));
        Assert.Equal(new AppendResult.Conflict(0), await AppendAsync("s", 1));
        Assert.Empty(await Store.StreamsAsync("", CancellationToken.None));
    }

    [Fact]
    public async Task AnEmptyStoreIsAtPositionZero()
    {
        Assert.Equal(0, await Store.LastPositionAsync(CancellationToken.None));
        Assert.Empty(await Store.ReadAllAsync(0, 10, CancellationToken.None));
        Assert.Empty(await Store.ReadStreamAsync("none", 0, CancellationToken.None));
    }

    [Fact]
    public async Task EventsOfAllStreamsHaveOneOrder()
    {
        await AppendAsync("a", 0, Event("1"));
        await AppendAsync("b", 0, Event("2"), Event("3"));
        await AppendAsync("a", 1, Event("4"));

        Assert.Equal(["1", "2", "3", "4"], (await Store.ReadAllAsync(0, 100, CancellationToken.None)).Select(e => e.Data));
        Assert.Equal(["4"], (await Store.ReadStreamAsync("a", 1, CancellationToken.None)).Select(e => e.Data));
    }

    [Fact]
    public async Task PagesOfAnySizeHoldEveryEventOnce()
    {
        for (var i = 0; i < 33; i++)
            await AppendAsync($"s{i % 4}", i / 4, Event($"{i}"));
        var all = await Store.ReadAllAsync(0, 1000, CancellationToken.None);

        await Gen.Int[1, 40].SampleAsync(async page => Assert.Equal(all, await PagesAsync(page)), iter: 20, threads: 1);
        Assert.Equal(33, all.Length);
    }

    [Fact]
    public async Task ManyMoreEventsThanOnePageAreAllReadOfOneStream()
    {
        await AppendAsync("s", 0, [.. Enumerable.Range(0, 3000).Select(i => Event($"{i}"))]);

        Assert.Equal(3000, (await Store.ReadStreamAsync("s", 0, CancellationToken.None)).Length);
    }

    [Fact]
    public async Task OfTwoWhoAppendAtOneVersionExactlyOneWins()
    {
        var stores = new[] { Store, Another(), Another() };
        var wins = await Task.WhenAll(stores.SelectMany((store, s) => Enumerable.Range(0, 2).Select(w => Task.Run(() => RaceAsync(store, $"{s}.{w}")))));

        var read = await Store.ReadStreamAsync("s", 0, CancellationToken.None);
        Assert.Equal(Enumerable.Range(1, read.Length).Select(v => (long)v), read.Select(e => e.Version));
        Assert.Equal(wins.Sum(w => w.Count), read.Length);
        Assert.All(wins.SelectMany(w => w), win => Assert.Equal(win.Writer, read[(int)win.Version - 1].Data));
    }

    [Fact]
    public async Task AReaderThatFollowsMissesNoEventWhileOthersAppend()
    {
        const int Each = 30;
        var stores = new[] { Store, Another(), Another() };
        var writing = Task.WhenAll(stores.Select((store, s) => Task.Run(async () =>
        {
            for (var i = 0; i < Each; i++)
                Assert.IsType<AppendResult.Appended>(await store.AppendAsync($"own-{s}", i, [Event($"{i}")], CancellationToken.None));
        })));

        var seen = new List<RecordedEvent>();
        await Eventually.IsAsync("every event is read", async () =>
        {
            seen.AddRange(await Store.ReadAllAsync(seen.Count == 0 ? 0 : seen[^1].Position, 7, CancellationToken.None));
            return seen.Count == stores.Length * Each;
        });
        await writing;
        Assert.Equal(seen, seen.OrderBy(e => e.Position).DistinctBy(e => (e.Stream, e.Version)));
    }

    [Fact]
    public async Task APrefixIsTakenLiterally()
    {
        foreach (var name in (string[])["b/1", "a%/1", "a_/1", "ab/1", "A%/1", "ä/1", "a%/0"])
            await AppendAsync(name, 0, Event("x"));

        Assert.Equal(["a%/1", "a%/0"], await Store.StreamsAsync("a%", CancellationToken.None));
        Assert.Equal(["a_/1"], await Store.StreamsAsync("a_", CancellationToken.None));
        Assert.Equal(["ä/1"], await Store.StreamsAsync("ä", CancellationToken.None));
        Assert.Equal(7, (await Store.StreamsAsync("", CancellationToken.None)).Length);
    }

    [Fact]
    public async Task AnEventOfAMegabyteIsKept()
    {
        var data = new string('ü', 1 << 20);

        await AppendAsync("s", 0, Event(data));

        Assert.Equal([data], await DataAsync("s"));
    }

    [Fact]
    public async Task AnotherStoreSeesWhatWasAppendedAtOnce()
    {
        await AppendAsync("s", 0, Event("a"));

        Assert.Equal("a", Assert.Single(await Another().ReadStreamAsync("s", 0, CancellationToken.None)).Data);
    }

    protected static NewEvent Event(string data) => new("test.happened", data, At);

    protected Task<AppendResult> AppendAsync(string stream, long expected, params NewEvent[] events) => Store.AppendAsync(stream, expected, events, CancellationToken.None);

    private async Task<IEnumerable<string>> DataAsync(string stream) => (await Store.ReadStreamAsync(stream, 0, CancellationToken.None)).Select(e => e.Data);

    private async Task<IReadOnlyList<RecordedEvent>> PagesAsync(int page)
    {
        var read = new List<RecordedEvent>();
        while (await Store.ReadAllAsync(read.Count == 0 ? 0 : read[^1].Position, page, CancellationToken.None) is { IsEmpty: false } next)
        {
            Assert.InRange(next.Length, 1, page);
            read.AddRange(next);
        }

        return read;
    }

    private static async Task<List<(string Writer, long Version)>> RaceAsync(IEventStore store, string writer)
    {
        var wins = new List<(string, long)>();
        for (var version = 0L; version < 25;)
        {
            switch (await store.AppendAsync("s", version, [Event(writer)], CancellationToken.None))
            {
                case AppendResult.Appended appended:
                    wins.Add((writer, appended.Version));
                    version = appended.Version;
                    break;
                case AppendResult.Conflict conflict:
                    version = conflict.ActualVersion;
                    break;
            }
        }

        return wins;
    }
}
