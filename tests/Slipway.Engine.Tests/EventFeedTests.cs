using System.Collections.Immutable;
using CsCheck;
using Slipway.Engine.Feed;
using Slipway.Engine.Ports;
using Slipway.Engine.Tests.Fakes;

namespace Slipway.Engine.Tests;

public class EventFeedTests
{
    private static readonly DateTimeOffset At = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    private readonly CountingClock _clock = new();

    /// <summary>One follower: where it begins, and after how many events it drops its connection each time.</summary>
    private sealed record Follower(int From, ImmutableArray<int> Stays);

    private static readonly Gen<Follower> Followers = Gen.Select(Gen.Int[0, 20], Gen.Int[1, 9].Array[1, 6]).Select((from, stays) => new Follower(from, [.. stays]));

    [Fact]
    public void WhoeverComesAndGoesWheneverMissesNothingAndSeesNothingTwice() =>
        Gen.Select(Gen.Int[1, 6].Array[1, 25], Followers.Array[1, 6], Gen.Int[1, 12]).Sample(async (appends, followers, kept) =>
        {
            MemoryStore store = new();
            await using EventFeed feed = new(store, _clock, kept);
            var total = appends.Sum();
            var following = followers.Select(f => Task.Run(() => FollowAsync(feed, f, total))).ToList();
            foreach (var size in appends)
                await AppendAsync(store, feed, size);
            foreach (var (read, follower) in (await Task.WhenAll(following)).Zip(followers))
                Assert.Equal(Positions(follower.From, total), read);
        }, iter: 300, threads: 1);

    [Fact]
    public async Task ManyWhoAreUpToDateCostTheStoreNoMoreThanOne()
    {
        MemoryStore store = new();
        await using EventFeed feed = new(store, _clock);
        var following = Enumerable.Range(0, 500).Select(_ => Task.Run(() => FollowAsync(feed, new Follower(0, [1000]), 100))).ToList();
        while (feed.Followers < 500)
            await Task.Yield();
        await AppendAsync(store, feed, 1);
        var before = store.Calls;
        for (var i = 0; i < 99; i++)
            await AppendAsync(store, feed, 1);

        Assert.All(await Task.WhenAll(following), read => Assert.Equal(Positions(0, 100), read));
        Assert.InRange(store.Calls - before, 99, 99 + (3 * 99));
        Assert.Equal(0, feed.Followers);
    }

    [Fact]
    public async Task WhoNeverReadsHoldsNobodyUpAndFindsEverythingLater()
    {
        MemoryStore store = new();
        await using EventFeed feed = new(store, _clock, mostEvents: 10);
        await AppendAsync(store, feed, 1);
        await using var slow = feed.FollowAsync(0, default).GetAsyncEnumerator();
        Assert.True(await slow.MoveNextAsync());
        var quick = Task.Run(() => FollowAsync(feed, new Follower(1, [1000]), 401));
        for (var i = 0; i < 40; i++)
            await AppendAsync(store, feed, 10);

        Assert.Equal(Positions(1, 401), await quick);
        List<long> late = [slow.Current.Position];
        while (late[^1] < 401 && await slow.MoveNextAsync())
            late.Add(slow.Current.Position);
        Assert.Equal(Positions(0, 401), late);
    }

    [Fact]
    public async Task AStoreThatWasAwayIsReadAgain()
    {
        MemoryStore store = new();
        await using EventFeed feed = new(store, _clock);
        await AppendAsync(store, feed, 1);
        var follower = Task.Run(() => FollowAsync(feed, new Follower(0, [1000]), 3));
        while (feed.Followers == 0 || _clock.Timers == 0)
            await Task.Yield();
        var failed = store.Failures;
        store.IsAway = true;
        feed.Announce();
        while (store.Failures == failed)
            await Task.Yield();
        store.IsAway = false;
        await AppendAsync(store, feed, 2);
        for (var second = 0; !follower.IsCompleted && second < 100_000; second++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.Equal([1L, 2L, 3L], await follower);
    }

    [Fact]
    public void RecentEventsAreBoundedInNumberAndSize()
    {
        RecentEvents recent = new(mostEvents: 4, mostCharacters: 100);
        Assert.Null(recent.After(0, 10));
        recent.Begin(0);
        recent.Add([.. Enumerable.Range(1, 6).Select(i => Event(i, 10))]);
        Assert.Equal(2, recent.Floor);
        Assert.Null(recent.After(1, 10));
        Assert.Equal([3L, 4L], recent.After(2, 2)!.Value.Select(e => e.Position));
        recent.Add([Event(7, 95)]);
        Assert.Equal((6, 7L), (recent.Floor, Assert.Single(recent.After(6, 10)!.Value).Position));
        recent.Add([Event(8, 1000)]);
        Assert.Equal([8L], recent.After(7, 10)!.Value.Select(e => e.Position));
    }

    private static RecordedEvent Event(long position, int size) => new(position, "s", position, "test", new string('x', size), At);

    private static IEnumerable<long> Positions(int after, int last) => Enumerable.Range(after + 1, Math.Max(0, last - after)).Select(p => (long)p);

    private static async Task AppendAsync(MemoryStore store, EventFeed feed, int count)
    {
        var version = store.All.Length;
        await store.AppendAsync("s", version, [.. Enumerable.Range(0, count).Select(i => new NewEvent("test", $"{version + i}", At))], default);
        feed.Announce();
    }

    /// <summary>Reads until a position, and comes back at the last one read whenever its connection is dropped.</summary>
    private static async Task<List<long>> FollowAsync(EventFeed feed, Follower follower, long until)
    {
        List<long> read = [];
        long last = follower.From;
        for (var round = 0; last < until; round++)
        {
            var stays = follower.Stays[round % follower.Stays.Length];
            await foreach (var e in feed.FollowAsync(last, default))
            {
                read.Add(last = e.Position);
                if (last >= until || --stays == 0)
                    break;
            }
        }

        return read;
    }
}
