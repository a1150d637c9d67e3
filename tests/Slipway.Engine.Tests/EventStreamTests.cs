using Slipway.Core.Releases;
using Slipway.Engine.Feed;
using Slipway.Engine.Ports;
using Slipway.Engine.Streams;
using Slipway.Engine.Tests.Fakes;

namespace Slipway.Engine.Tests;

public class EventStreamTests
{
    private readonly CountingClock _clock = new();
    private readonly MemoryStore _store = new();

    [Fact]
    public async Task ADecisionIsMadeAgainOnWhatSomebodyElseSaved()
    {
        var (mine, theirs) = (Stream(), Stream());
        await FlagAsync(theirs, "1.0.0", "bob");
        List<int> seen = [];
        await mine.UpdateAsync<bool>(state =>
        {
            seen.Add(state.Bad.Count);
            return ([Flagged("2.0.0", "ana")], true);
        }, default);
        Assert.Equal([0, 1], seen);
        Assert.Equal((2, 2L), (mine.State.Bad.Count, mine.Version));
    }

    [Fact]
    public async Task ADecisionThatSomebodyElseMadeAlreadyIsNotSavedAgain()
    {
        var (mine, theirs) = (Stream(), Stream());
        await FlagAsync(theirs, "1.0.0", "bob");
        Assert.False(await FlagAsync(mine, "1.0.0", "ana"));
        Assert.Equal("bob", mine.State.Bad[new("1.0.0")].By);
        Assert.Single(_store.All);
    }

    [Fact]
    public async Task NobodysDecisionIsLostWhenManyDecideAtOnce()
    {
        var streams = Enumerable.Range(0, 4).Select(_ => Stream()).ToList();
        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(() => FlagAsync(streams[i % 4], $"1.0.{i}", "ana"))));
        Assert.Equal(Enumerable.Range(1, 200).Select(i => (long)i), _store.All.Select(e => e.Version));
        await streams[0].LoadAsync(default);
        Assert.Equal(200, streams[0].State.Bad.Count);
    }

    [Fact]
    public async Task TheFeedHasNoGapAndNoRepeatAndGoesOnAnywhere()
    {
        EventFeed feed = new(_store, _clock);
        var stream = Stream(feed);
        using CancellationTokenSource enough = new();
        var followers = new[] { 0L, 300L, 999L }.Select(after => Task.Run(() => FollowAsync(feed, after, 1000, enough.Token))).ToList();
        for (var i = 0; i < 1000; i++)
            await FlagAsync(stream, $"1.0.{i}", "ana");
        var read = await Task.WhenAll(followers);
        Assert.Equal(Enumerable.Range(1, 1000).Select(i => (long)i), read[0]);
        Assert.Equal(Enumerable.Range(301, 700).Select(i => (long)i), read[1]);
        Assert.Equal([1000L], read[2]);
    }

    [Fact]
    public async Task TheFeedFindsWhatAnotherProcessAppended()
    {
        EventFeed feed = new(_store, _clock);
        var follower = Task.Run(() => FollowAsync(feed, 0, 1, default));
        while (_clock.Timers == 0)
            await Task.Yield();
        await FlagAsync(Stream(), "1.0.0", "ana");
        for (var second = 0; !follower.IsCompleted && second < 100_000; second++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.Equal([1L], await follower);
    }

    [Fact]
    public async Task AStoreThatLostItsLastEventsIsToldAndBelieved()
    {
        MemoryStore behind = new();
        SwitchingStore store = new(_store);
        EventStream<ProjectState, ProjectEvent> stream = new(store, new EventFeed(_store, _clock), _clock, "project:shop", ProjectState.Empty, ProjectState.Evolve);
        await FlagAsync(stream, "1.0.0", "ana");
        await behind.AppendAsync("project:shop", 0, [.. _store.All.Select(e => new NewEvent(e.Type, e.Data, e.At))], default);
        await FlagAsync(stream, "2.0.0", "ana");
        store.Now = behind;

        var told = await Assert.ThrowsAsync<HistoryException>(() => FlagAsync(stream, "3.0.0", "ana"));

        Assert.StartsWith("SLIP0531: project:shop: the store has 1 events where 2 were saved", told.Message, StringComparison.Ordinal);
        Assert.True(await FlagAsync(stream, "3.0.0", "ana"));
        Assert.Equal(["1.0.0", "3.0.0"], stream.State.Bad.Keys.Select(k => k.Value).Order(StringComparer.Ordinal));
        Assert.Equal(2, behind.All.Length);
    }

    [Theory]
    [InlineData("project.blessed", """{"$type":"project.blessed","at":"2026-03-02T12:00:00+00:00"}""", "event 2 is a 'project.blessed', which this Slipway does not know: a newer one wrote it")]
    [InlineData("project.candidate-flagged", """{"$type":"project.candidate-flagged","candidate":{"in":"another form"}}""", "event 2, a 'project.candidate-flagged', cannot be read: ")]
    public async Task WhatOnlyANewerSlipwayCanReadIsToldAndNothingIsDecidedWithoutIt(string type, string data, string said)
    {
        await FlagAsync(Stream(), "1.0.0", "ana");
        await _store.AppendAsync("project:shop", 1, [new NewEvent(type, data, _clock.GetUtcNow())], default);

        var told = await Assert.ThrowsAsync<HistoryException>(() => Stream().LoadAsync(default));

        Assert.StartsWith($"SLIP0532: project:shop: {said}", told.Message, StringComparison.Ordinal);
        Assert.Equal(type, EventSummary.Of(_store.All[^1]));
        await Assert.ThrowsAsync<HistoryException>(() => FlagAsync(Stream(), "2.0.0", "ana"));
        Assert.Equal(2, _store.All.Length);
    }

    /// <summary>A database that is another one from some moment on.</summary>
    private sealed class SwitchingStore(IEventStore first) : IEventStore
    {
        public IEventStore Now { get; set; } = first;

        public Task<AppendResult> AppendAsync(string stream, long expectedVersion, IReadOnlyList<NewEvent> events, CancellationToken cancellationToken) => Now.AppendAsync(stream, expectedVersion, events, cancellationToken);

        public Task<System.Collections.Immutable.ImmutableArray<RecordedEvent>> ReadStreamAsync(string stream, long afterVersion, CancellationToken cancellationToken) => Now.ReadStreamAsync(stream, afterVersion, cancellationToken);

        public Task<System.Collections.Immutable.ImmutableArray<RecordedEvent>> ReadAllAsync(long afterPosition, int limit, CancellationToken cancellationToken) => Now.ReadAllAsync(afterPosition, limit, cancellationToken);

        public Task<long> LastPositionAsync(CancellationToken cancellationToken) => Now.LastPositionAsync(cancellationToken);

        public Task<System.Collections.Immutable.ImmutableArray<string>> StreamsAsync(string prefix, CancellationToken cancellationToken) => Now.StreamsAsync(prefix, cancellationToken);
    }

    private static async Task<List<long>> FollowAsync(EventFeed feed, long after, long until, CancellationToken cancellationToken)
    {
        List<long> positions = [];
        await foreach (RecordedEvent e in feed.FollowAsync(after, cancellationToken))
        {
            positions.Add(e.Position);
            if (e.Position == until)
                break;
        }

        return positions;
    }

    private static Task<bool> FlagAsync(EventStream<ProjectState, ProjectEvent> stream, string version, string by) =>
        stream.UpdateAsync<bool>(state => state.IsBad(new(version)) ? ([], false) : ([Flagged(version, by)], true), default);

    private static ProjectEvent.CandidateFlagged Flagged(string version, string by) => new(new CandidateId(version), by, "loses orders", default);

    private EventStream<ProjectState, ProjectEvent> Stream(EventFeed? feed = null) =>
        new(_store, feed ?? new EventFeed(_store, _clock), _clock, "project:shop", ProjectState.Empty, ProjectState.Evolve);
}
