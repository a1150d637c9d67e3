using System.Collections.Immutable;
using Slipway.Core;
using Slipway.Core.Deployments;
using Slipway.Core.Environments;
using Slipway.Core.Releases;
using Slipway.Engine.Ports;
using Slipway.Engine.Retention;
using Slipway.Engine.Streams;
using Slipway.Engine.Tests.Fakes;
using Slipway.Testing;

namespace Slipway.Engine.Tests;

public class RetentionTests
{
    private static readonly RetentionPolicy Policy = new() { Events = TimeSpan.FromDays(90), SnapshotEvery = 10 };

    /// <summary>Where an engine runs all the while: each of its seconds costs a test some time.</summary>
    private static readonly RetentionPolicy Soon = Policy with { Events = RetentionPolicy.Shortest };

    private static readonly Lazy<Task<(ImmutableArray<RecordedEvent> All, DateTimeOffset Now)>> History = new(LiveAsync);

    [Fact]
    public async Task OldEventsGoAndEveryStateStaysWhatItWas()
    {
        var (store, now) = await HistoryAsync();
        var before = await StatesAsync(store);
        var all = await AllAsync(store);

        var would = await CompactAsync(store, now, dryRun: true);
        Assert.Equal(all, await AllAsync(store));
        var report = await CompactAsync(store, now);

        Assert.Equal(would.Events, report.Events);
        Assert.InRange(report.Events, all.Length / 3, all.Length);
        Assert.Equal(before, await StatesAsync(store));
        Assert.Equal(new CompactionReport(0, 0, 0), await CompactAsync(store, now));
    }

    [Fact]
    public async Task VerdictsCandidatesAndWhoDidWhatAreKeptForEverAndNothingYoungGoes()
    {
        var (store, now) = await HistoryAsync();
        var all = await AllAsync(store);
        await CompactAsync(store, now);
        var left = (await AllAsync(store)).Select(e => e.Position).ToHashSet();

        Assert.All(all.Where(e => !left.Contains(e.Position)), e =>
        {
            Assert.True(RetentionPolicy.Passing.Contains(e.Type), e.Type);
            Assert.DoesNotMatch("approved|promoted|paused|resumed|rollback|check-failed|shown-safe|signal|scaled|deployment.succeeded|rolled-back|started|candidate-created|flagged|applied|promotions|hook-failed|asked|queued|drift", e.Type.Replace("deployment.held", "", StringComparison.Ordinal));
            Assert.True(e.At < now - Policy.Events);
        });
        Assert.All(all.Where(e => e.Stream.StartsWith("project:", StringComparison.Ordinal)), e => Assert.Contains(e.Position, left));
    }

    [Fact]
    public async Task HowADeploymentUnderWayGotWhereItIsStays()
    {
        await using var world = await EngineWorld.StartAsync();
        await world.ReleaseAsync("1.0.0");
        await world.CreateAsync("1.1.0");
        await world.UntilAsync(() => world.Active("dogfood") is { StepIndex: > 0 }, "it is under way");
        var store = await CopyAsync(world.Store.All);
        var under = await store.ReadStreamAsync("deployment:shop.dogfood.2", 0, default);

        await CompactAsync(store, world.Clock.GetUtcNow() + TimeSpan.FromDays(1000));

        Assert.Equal(under, await store.ReadStreamAsync("deployment:shop.dogfood.2", 0, default));
    }

    [Fact]
    public async Task HousekeepingThatEndsAnywhereInTheMiddleHasLostNothing()
    {
        var (history, now) = await HistoryAsync();
        var (states, all) = (await StatesAsync(history), await AllAsync(history));
        for (var calls = 0; ; calls++)
        {
            var store = await CopyAsync(all);
            FailingArchive archive = new(store, calls);
            try
            {
                await new Compaction(store, archive, Policy).RunAsync(["project:shop", "environment:shop/canary"], now, dryRun: false, default);
                Assert.True(calls > 5);
                return;
            }
            catch (IOException)
            {
                Assert.Equal(states, await StatesAsync(store));
            }
        }
    }

    [Fact]
    public async Task ALongStreamIsLoadedFromItsStateAndTheEventsAfterIt()
    {
        InMemoryEventStore store = new();
        await store.AppendAsync("project:shop", 0, [.. Enumerable.Range(0, 1000).Select(i => Journal<ProjectEvent>.Write(Flagged(i), default))], default);
        await new Compaction(store, store, Policy).RunAsync(["project:shop"], DateTimeOffset.UnixEpoch.AddYears(50), dryRun: false, default);
        await store.AppendAsync("project:shop", 1000, [Journal<ProjectEvent>.Write(Flagged(1000), default)], default);
        CountingReads counting = new(store);

        var (state, version) = await Folding.FoldAsync<ProjectState, ProjectEvent>(counting, "project:shop", ProjectState.Empty, 0, ProjectState.Evolve, default);

        Assert.Equal((1001, 1001L), (state.Bad.Count, version));
        Assert.Equal(1000, counting.After);
    }

    [Fact]
    public async Task AStateThatCannotBeReadWhereEventsAreGoneIsToldAndNothingIsMadeUp()
    {
        var (store, now) = await HistoryAsync();
        await CompactAsync(store, now);
        var kept = (await store.SnapshotAsync("environment:shop/canary", default))!;
        await store.SaveSnapshotAsync(kept with { Format = 99 }, default);

        var e = await Assert.ThrowsAsync<HistoryException>(() => Folding.FoldAsync<EnvironmentState, EnvironmentEvent>(store, kept.Stream, EnvironmentState.Empty, 0, EnvironmentState.Evolve, default));

        Assert.StartsWith("SLIP0530: environment:shop/canary: event 2 was removed", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatChecksSawGoesWithTheEventsOfItsTimeAndNotSooner()
    {
        await using var world = await EngineWorld.StartAsync();
        DeploymentId watched = new("shop.production.1");
        var taken = await world.Analyses.TakeAsync(watched, world.Clock.GetUtcNow(), default);
        await world.Analyses.SaveAsync(watched, new AnalysisSave(taken.Term, new byte[] { 1 }, [], world.Clock.GetUtcNow()), default);
        using Housekeeping house = new(world.Store, world.Analyses, new Shelf([]), world.Deployer, world.Engine, Soon, world.Clock);

        await house.RunAsync(dryRun: false, default);
        Assert.NotNull(await world.Analyses.CheckpointAsync(watched, default));
        world.Clock.Advance(Soon.Events + TimeSpan.FromSeconds(1));
        await house.RunAsync(dryRun: true, default);
        Assert.NotNull(await world.Analyses.CheckpointAsync(watched, default));
        await house.RunAsync(dryRun: false, default);
        Assert.Null(await world.Analyses.CheckpointAsync(watched, default));
    }

    [Fact]
    public async Task CandidatesThatNothingReachesAreForgottenAndWhoeverReadsTheEventsForgetsTheSame()
    {
        await using var world = await EngineWorld.StartAsync();
        for (var i = 0; i < 14; i++)
            await world.CreateAsync($"1.0.{i}");
        await world.UntilAsync(() => world.ServesEverywhere("1.0.13"), "the newest serves");
        await world.Engine.FlagAsync(EngineWorld.Shop, new CandidateId("1.0.2"), "ana", "loses orders", default);
        using Housekeeping house = new(world.Store, world.Analyses, new Shelf([]), world.Deployer, world.Engine, Soon, world.Clock);
        Assert.Equal(0, (await house.RunAsync(dryRun: false, default)).Candidates);
        world.Clock.Advance(Soon.Events + TimeSpan.FromDays(1));
        await world.QuietAsync();

        var would = await house.RunAsync(dryRun: true, default);
        Assert.Equal(14, world.Engine.Snapshot(EngineWorld.Shop)!.Project.Candidates.Length);
        var did = await house.RunAsync(dryRun: false, default);

        Assert.Equal((3, 3), (would.Candidates, did.Candidates));
        Assert.Equal("SLIP0212", (await MakeAsync("1.0.0")).Problem?.Code);
        Assert.True((await MakeAsync("1.0.13")).Ok);
        Assert.Equal(0, (await house.RunAsync(dryRun: false, default)).Candidates);
        var states = States();
        Assert.Contains("loses orders", states[0], StringComparison.Ordinal);
        await world.CrashAsync();
        Assert.Equal(states, States());

        Task<Result<Candidate>> MakeAsync(string version) =>
            world.Engine.CreateCandidateAsync(EngineWorld.Shop, new CandidateId(version), new Artifact(ArtifactKind.Archive, $"sha256:{version}", null, 1), null, "ci", default);

        List<string> States() => world.Engine.Snapshot(EngineWorld.Shop) is { } s ? [StateJson.Write(s.Project), .. s.Configuration.Places.Select(name => StateJson.Write(s.Of(name)))] : [];
    }

    [Fact]
    public async Task NothingIsForgottenWhileServersOfSeveralVersionsTakePart()
    {
        await using var world = await EngineWorld.StartAsync();
        for (var i = 0; i < 14; i++)
            await world.CreateAsync($"1.0.{i}");
        await world.UntilAsync(() => world.ServesEverywhere("1.0.13"), "the newest serves");
        world.Clock.Advance(Soon.Events + TimeSpan.FromDays(1));
        await world.QuietAsync();
        var between = await world.StartEngineAsync(new Owners { Versions = ["1.0.0", "1.1.0"] });
        var alike = await world.StartEngineAsync(new Owners());

        Assert.Equal(0, await ForgottenByAsync(between));
        Assert.NotEqual(0, await ForgottenByAsync(alike));

        async Task<int> ForgottenByAsync(SlipwayEngine engine)
        {
            using Housekeeping house = new(world.Store, world.Analyses, new Shelf([]), world.Deployer, engine, Soon, world.Clock);
            return (await house.RunAsync(dryRun: false, default)).Candidates;
        }
    }

    [Fact]
    public async Task ArtifactsThatNobodyNeedsGoAndNoneThatSomebodyMayReturnTo()
    {
        await using var world = await EngineWorld.StartAsync();
        await world.ReleaseAsync("1.0.0");
        Shelf shelf = new([new("sha256:1.0.0", 10, default), new("sha256:nobody", 5, default), new("sha256:uploading", 5, world.Clock.GetUtcNow())]);
        using Housekeeping house = new(world.Store, new InMemoryAnalysisStore(), shelf, world.Deployer, world.Engine, Policy, world.Clock);

        var would = await house.RunAsync(dryRun: true, default);
        Assert.Empty(shelf.Removed);
        var did = await house.RunAsync(dryRun: false, default);

        Assert.Equal(would.Artifacts, did.Artifacts);
        Assert.Equal(["sha256:nobody"], shelf.Removed);
    }

    private static ProjectEvent.CandidateFlagged Flagged(int i) => new(new CandidateId($"1.0.{i}"), "ana", "bad", default);

    private static Task<CompactionReport> CompactAsync(InMemoryEventStore store, DateTimeOffset now, bool dryRun = false) =>
        new Compaction(store, store, Policy).RunAsync(["project:shop", "environment:shop/dogfood", "environment:shop/canary", "environment:shop/production"], now, dryRun, default);

    /// <summary>Three releases through three environments long ago, and one not long ago.</summary>
    private static async Task<(InMemoryEventStore Store, DateTimeOffset Now)> HistoryAsync()
    {
        var (all, now) = await History.Value;
        return (await CopyAsync(all), now);
    }

    private static async Task<(ImmutableArray<RecordedEvent> All, DateTimeOffset Now)> LiveAsync()
    {
        await using var world = await EngineWorld.StartAsync();
        for (var i = 0; i < 3; i++)
            await world.ReleaseAsync($"1.0.{i}");
        var old = world.Store.All.Length;
        await world.ReleaseAsync("1.1.0");
        return ([.. world.Store.All.Select(e => e.Position <= old ? e with { At = e.At - TimeSpan.FromDays(100) } : e)], world.Clock.GetUtcNow());
    }

    private static async Task<InMemoryEventStore> CopyAsync(ImmutableArray<RecordedEvent> all)
    {
        InMemoryEventStore store = new();
        foreach (var e in all)
            await store.AppendAsync(e.Stream, e.Version - 1, [new NewEvent(e.Type, e.Data, e.At)], default);
        return store;
    }

    private static Task<ImmutableArray<RecordedEvent>> AllAsync(InMemoryEventStore store) => store.ReadAllAsync(0, int.MaxValue, default);

    private static async Task<ImmutableArray<string>> StatesAsync(InMemoryEventStore store)
    {
        List<string> states = [];
        foreach (var stream in await store.StreamsAsync("", default))
        {
            states.Add($"{stream} " + stream.Split(':')[0] switch
            {
                "project" => await StateAsync<ProjectState, ProjectEvent>(store, stream, ProjectState.Empty, ProjectState.Evolve),
                "environment" => await StateAsync<EnvironmentState, EnvironmentEvent>(store, stream, EnvironmentState.Empty, EnvironmentState.Evolve),
                _ => await StateAsync<Deployment, DeploymentEvent>(store, stream, Deployment.Empty, Rollout.Evolve),
            });
        }

        return [.. states];
    }

    private static async Task<string> StateAsync<TState, TEvent>(InMemoryEventStore store, string stream, TState empty, Func<TState, TEvent, TState> evolve)
        where TState : class
        where TEvent : class
    {
        var (state, version) = await Folding.FoldAsync(store, stream, empty, 0, evolve, default);
        return $"{version} {StateJson.Write(state)}";
    }

    private sealed class Shelf(ImmutableArray<StoredArtifact> stored) : IArtifactStore, IArtifactShelf
    {
        public List<string> Removed { get; } = [];

        public Task<ImmutableArray<StoredArtifact>> ListAsync(CancellationToken cancellationToken) => Task.FromResult(stored);

        public Task RemoveAsync(string digest, CancellationToken cancellationToken)
        {
            Removed.Add(digest);
            return Task.CompletedTask;
        }

        public Task<ArtifactOutcome> SaveAsync(Stream content, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<string> UnpackAsync(Artifact artifact, CancellationToken cancellationToken) => throw new NotSupportedException();

        public bool Has(string digest) => true;
    }

    /// <summary>Fails from the n-th call on, after or before it took effect.</summary>
    private sealed class FailingArchive(InMemoryEventStore store, int calls) : IStreamArchive
    {
        private int _calls;

        public Task<StreamSnapshot?> SnapshotAsync(string stream, CancellationToken cancellationToken) => Call(() => store.SnapshotAsync(stream, cancellationToken));

        public Task<ImmutableArray<StreamSnapshot>> SnapshotsAsync(string afterStream, int limit, CancellationToken cancellationToken) => Call(() => store.SnapshotsAsync(afterStream, limit, cancellationToken));

        public Task SaveSnapshotAsync(StreamSnapshot snapshot, CancellationToken cancellationToken) => Call(async () =>
        {
            await store.SaveSnapshotAsync(snapshot, cancellationToken);
            return true;
        });

        public Task<long> CompactAsync(string stream, long throughVersion, IReadOnlyCollection<string> types, CancellationToken cancellationToken) =>
            Call(() => store.CompactAsync(stream, throughVersion, types, cancellationToken));

        public Task<long> HorizonAsync(CancellationToken cancellationToken) => Call(() => store.HorizonAsync(cancellationToken));

        public Task ReclaimAsync(CancellationToken cancellationToken) => Call(() => Task.FromResult(true));

        private async Task<T> Call<T>(Func<Task<T>> action)
        {
            if (_calls++ == calls)
            {
                if (calls % 2 == 0)
                    await action();
                throw new IOException("it ended here");
            }

            return await action();
        }
    }

    private sealed class CountingReads(InMemoryEventStore store) : IEventStore, IStreamArchive
    {
        public long After { get; private set; } = -1;

        public Task<ImmutableArray<RecordedEvent>> ReadStreamAsync(string stream, long afterVersion, CancellationToken cancellationToken)
        {
            After = afterVersion;
            return store.ReadStreamAsync(stream, afterVersion, cancellationToken);
        }

        public Task<StreamSnapshot?> SnapshotAsync(string stream, CancellationToken cancellationToken) => store.SnapshotAsync(stream, cancellationToken);

        public Task<AppendResult> AppendAsync(string stream, long expectedVersion, IReadOnlyList<NewEvent> events, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<ImmutableArray<RecordedEvent>> ReadAllAsync(long afterPosition, int limit, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<long> LastPositionAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<ImmutableArray<string>> StreamsAsync(string prefix, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<ImmutableArray<StreamSnapshot>> SnapshotsAsync(string afterStream, int limit, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task SaveSnapshotAsync(StreamSnapshot snapshot, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<long> CompactAsync(string stream, long throughVersion, IReadOnlyCollection<string> types, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<long> HorizonAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task ReclaimAsync(CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
