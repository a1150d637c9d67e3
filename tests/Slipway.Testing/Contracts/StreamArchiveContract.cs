using Slipway.Engine.Ports;

namespace Slipway.Testing.Contracts;

/// <summary>What every store promises that keeps states of streams and lets old events go, beside what an event store promises.</summary>
public abstract class StreamArchiveContract : EventStoreContract
{
    private static readonly DateTimeOffset At = new(2026, 11, 23, 10, 0, 0, TimeSpan.Zero);

    private IStreamArchive Archive => (IStreamArchive)Store;

    [Fact]
    public async Task TheNewestStateOfAStreamIsKept()
    {
        Assert.Null(await Archive.SnapshotAsync("s", default));
        await Archive.SaveSnapshotAsync(new StreamSnapshot("s", 5, 1, "{\"größe\":5}"), default);
        await Archive.SaveSnapshotAsync(new StreamSnapshot("s", 9, 1, "nine"), default);
        await Archive.SaveSnapshotAsync(new StreamSnapshot("s", 7, 1, "late"), default);
        await Archive.SaveSnapshotAsync(new StreamSnapshot("a", 1, 2, "{\"größe\":5}"), default);

        Assert.Equal(new StreamSnapshot("s", 9, 1, "nine"), await ((IStreamArchive)Another()).SnapshotAsync("s", default));
        await Archive.SaveSnapshotAsync(new StreamSnapshot("s", 9, 2, "newer form"), default);
        Assert.Equal([new StreamSnapshot("a", 1, 2, "{\"größe\":5}"), new StreamSnapshot("s", 9, 2, "newer form")], await Archive.SnapshotsAsync("", 10, default));
        Assert.Equal(["s"], (await Archive.SnapshotsAsync("a", 10, default)).Select(s => s.Stream));
        Assert.Equal(["a"], (await Archive.SnapshotsAsync("", 1, default)).Select(s => s.Stream));
    }

    [Fact]
    public async Task WhatMayGoGoesAndEverythingElseStaysWhereItWas()
    {
        await AppendAsync("other", 0, Passing("x"), Passing("y"));
        await AppendAsync("s", 0, Passing("1"), Passing("2"), Kept("3"), Passing("4"), Passing("5"), Passing("6"));
        await Archive.SaveSnapshotAsync(new StreamSnapshot("s", 6, 1, "six"), default);

        Assert.Equal(2, await Archive.CompactAsync("s", 4, ["passing", "other"], default));

        Assert.Equal([("1", 1L, 3L), ("3", 3, 5), ("5", 5, 7), ("6", 6, 8)], (await Store.ReadStreamAsync("s", 0, default)).Select(e => (e.Data, e.Version, e.Position)));
        Assert.Equal(["x", "y", "1", "3", "5", "6"], (await Store.ReadAllAsync(0, 100, default)).Select(e => e.Data));
        Assert.Equal(6, await ((IStreamArchive)Another()).HorizonAsync(default));
        Assert.Equal(8, await Store.LastPositionAsync(default));
        Assert.Equal(["other", "s"], await Store.StreamsAsync("", default));
    }

    [Fact]
    public async Task TheFirstAndTheLastEventOfAStreamNeverGoSoThatItsVersionsGoOn()
    {
        await AppendAsync("s", 0, Passing("1"), Passing("2"), Passing("3"));
        await Archive.SaveSnapshotAsync(new StreamSnapshot("s", 3, 1, "three"), default);

        Assert.Equal(1, await Archive.CompactAsync("s", 3, ["passing"], default));
        Assert.Equal(0, await Archive.CompactAsync("s", 3, ["passing"], default));

        Assert.Equal(new AppendResult.Conflict(3), await AppendAsync("s", 2, Passing("x")));
        Assert.Equal(new AppendResult.Appended(4, 4), await AppendAsync("s", 3, Passing("4")));
        Assert.Equal(["1", "3", "4"], (await Store.ReadStreamAsync("s", 0, default)).Select(e => e.Data));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(2L)]
    public async Task NothingGoesThatNoStateHas(long? kept)
    {
        await AppendAsync("s", 0, Passing("1"), Passing("2"), Passing("3"), Passing("4"));
        if (kept is { } version)
            await Archive.SaveSnapshotAsync(new StreamSnapshot("s", version, 1, "two"), default);

        Assert.Equal(0, await Archive.CompactAsync("s", 3, ["passing"], default));

        Assert.Equal(4, (await Store.ReadStreamAsync("s", 0, default)).Length);
        Assert.Equal(0, await Archive.HorizonAsync(default));
    }

    [Fact]
    public async Task RoomIsGivenBackBesideEverythingElse()
    {
        await AppendAsync("s", 0, [.. Enumerable.Range(0, 500).Select(i => Passing(new string('x', 2000)))]);
        await Archive.SaveSnapshotAsync(new StreamSnapshot("s", 500, 1, ""), default);
        Assert.Equal(498, await Archive.CompactAsync("s", 500, ["passing"], default));

        await Task.WhenAll(Archive.ReclaimAsync(default), AppendAsync("s", 500, Kept("last")));
        await Archive.ReclaimAsync(default);

        Assert.Equal(["kept"], (await Store.ReadStreamAsync("s", 500, default)).Select(e => e.Type));
    }

    private static NewEvent Passing(string data) => new("passing", data, At);

    private static NewEvent Kept(string data) => new("kept", data, At);
}
