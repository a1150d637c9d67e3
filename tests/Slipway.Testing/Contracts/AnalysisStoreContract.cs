using System.Collections.Immutable;
using Slipway.Core.Deployments;
using Slipway.Engine.Ports;

namespace Slipway.Testing.Contracts;

/// <summary>What every analysis store promises.</summary>
public abstract class AnalysisStoreContract
{
    private static readonly DeploymentId Shop = new("shop.production.1");
    private static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    protected abstract IAnalysisStore Analyses { get; }

    /// <summary>A store on the same database, as another process has it.</summary>
    protected abstract IAnalysisStore AnotherAnalyses();

    [Fact]
    public async Task WhoTakesFindsWhatWasSavedLast()
    {
        var first = await TakeAsync();
        Assert.Equal((null, 0, 0L), (first.Checkpoint, first.Chunks, first.Bytes));

        Assert.True(await SaveAsync(Analyses, first.Term, [1, 0, 255]));
        Assert.True(await SaveAsync(Analyses, first.Term, [2, 0, 254], Chunk(1, 10, 11), Chunk(2, 20)));

        var second = await AnotherAnalyses().TakeAsync(Shop, Noon, default);
        Assert.Equal([2, 0, 254], second.Checkpoint!.Value.ToArray());
        Assert.Equal((2, 3L), (second.Chunks, second.Bytes));
        Assert.True(second.Term > first.Term);
    }

    [Fact]
    public async Task AnOwnerWhoWasSucceededSavesNothingMore()
    {
        var stale = await TakeAsync();
        var owner = await AnotherAnalyses().TakeAsync(Shop, Noon, default);

        Assert.False(await SaveAsync(Analyses, stale.Term, [1], Chunk(1, 1)));
        Assert.True(await SaveAsync(Analyses, owner.Term, [2], Chunk(1, 2)));
        Assert.False(await SaveAsync(Analyses, stale.Term, [3], Chunk(2, 3)));

        Assert.Equal([2], (await Analyses.CheckpointAsync(Shop, default))!.Value.ToArray());
        Assert.Equal([(1, (byte)2)], (await Analyses.ReadAsync(Shop, 0, 10, default)).Select(c => (c.Number, c.Data.Span[0])));
    }

    [Fact]
    public async Task ASaveThatIsRepeatedChangesNothing()
    {
        var taken = await TakeAsync();
        Assert.True(await SaveAsync(Analyses, taken.Term, [1], Chunk(1, 1)));
        Assert.True(await SaveAsync(Analyses, taken.Term, [1], Chunk(1, 1)));

        Assert.Single(await Analyses.ReadAsync(Shop, 0, 10, default));
    }

    [Fact]
    public async Task ChunksAreReadInOrderAPageAtATimeAndOfOneDeploymentOnly()
    {
        var taken = await TakeAsync();
        var other = await Analyses.TakeAsync(new("shop.production.10"), Noon, default);
        await Analyses.SaveAsync(new("shop.production.10"), new AnalysisSave(other.Term, new byte[] { 9 }, [Chunk(1, 9)], Noon), default);
        for (var i = 1; i <= 12; i++)
            await SaveAsync(Analyses, taken.Term, [0], Chunk(i, (byte)i));

        Assert.Equal([1, 2, 3, 4, 5], (await Analyses.ReadAsync(Shop, 0, 5, default)).Select(c => c.Number));
        Assert.Equal([11, 12], (await Analyses.ReadAsync(Shop, 10, 5, default)).Select(c => c.Number));
        Assert.Empty(await Analyses.ReadAsync(Shop, 12, 5, default));
        Assert.Empty(await Analyses.ReadAsync(new("shop.production.2"), 0, 5, default));
        Assert.Null(await Analyses.CheckpointAsync(new("shop.production.2"), default));
    }

    [Fact]
    public async Task WhatWasTouchedLateEnoughOutlivesAPruning()
    {
        var old = await TakeAsync();
        await SaveAsync(Analyses, old.Term, [1], Chunk(1, 1));
        DeploymentId fresh = new("shop.production.2");
        var taken = await Analyses.TakeAsync(fresh, Noon, default);
        await Analyses.SaveAsync(fresh, new AnalysisSave(taken.Term, new byte[] { 2 }, [Chunk(1, 2)], Noon.AddDays(2)), default);

        Assert.Equal(1, await Analyses.PruneAsync(Noon.AddDays(1), default));

        Assert.Empty(await Analyses.ReadAsync(Shop, 0, 10, default));
        Assert.Null(await Analyses.CheckpointAsync(Shop, default));
        Assert.False(await SaveAsync(Analyses, old.Term, [3]));
        Assert.Single(await Analyses.ReadAsync(fresh, 0, 10, default));
    }

    [Fact]
    public async Task ManySavesAtOnceAreAllKept()
    {
        var deployments = Enumerable.Range(0, 300).Select(i => new DeploymentId($"shop.many.{i}")).ToList();
        await Task.WhenAll(deployments.Select(async d =>
        {
            var taken = await Analyses.TakeAsync(d, Noon, default);
            for (var i = 1; i <= 3; i++)
                Assert.True(await Analyses.SaveAsync(d, new AnalysisSave(taken.Term, new[] { (byte)i }, [Chunk(i, (byte)i)], Noon), default));
        }));

        foreach (var d in deployments)
        {
            Assert.Equal([3], (await Analyses.CheckpointAsync(d, default))!.Value.ToArray());
            Assert.Equal(3, (await Analyses.ReadAsync(d, 0, 10, default)).Length);
        }
    }

    private Task<TakenAnalysis> TakeAsync() => Analyses.TakeAsync(Shop, Noon, default);

    private static AnalysisChunk Chunk(int number, params byte[] data) => new(number, data);

    private static Task<bool> SaveAsync(IAnalysisStore store, long term, byte[] checkpoint, params ImmutableArray<AnalysisChunk> chunks) =>
        store.SaveAsync(Shop, new AnalysisSave(term, checkpoint, chunks, Noon), default);
}
