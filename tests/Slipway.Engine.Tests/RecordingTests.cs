using System.Collections.Immutable;
using System.Text.Json;
using Slipway.Core;
using Slipway.Core.Analysis;
using Slipway.Core.Analysis.Recording;
using Slipway.Core.Deployments;
using Slipway.Core.Projects;
using Slipway.Core.Strategies;
using Slipway.Core.Traffic;

namespace Slipway.Engine.Tests;

/// <summary>What the checks see is kept, and a watch that begins again knows all of it.</summary>
public sealed class RecordingTests
{
    private static readonly DeploymentId Second = new("shop.production.2");

    private static Project OneStage { get; } = new()
    {
        Id = EngineWorld.Shop,
        Environments =
        [
            new EnvironmentSpec
            {
                Name = new("production"), Slice = new Slice.Rest(), Deploy = new DeploySpec.Process { Command = ["shop"] },
                Promote = new PromotionPolicy.Automatic(TimeSpan.FromSeconds(1)), Checks = [new CheckSpec.Errors(), new CheckSpec.Latency()],
                Strategy = [new DeployStep(), new WeightStep(new Weight(10_000), TimeSpan.FromHours(2), true), new WeightStep(Weight.Full, TimeSpan.Zero, false)],
            },
        ],
    };

    [Fact]
    public async Task EvidenceAfterARestartIsWhatItWasBefore()
    {
        await using var world = await WatchedAsync();
        await TrafficAsync(world, 60, failed: 0);
        var before = world.Engine.Report(Second)!;

        await world.CrashAsync();
        await world.UntilAsync(() => world.Engine.Report(Second) is not null, "it is watched again");
        var after = world.Engine.Report(Second)!;

        Assert.True(before.CandidateRequests >= 500, $"{before.CandidateRequests}");
        Assert.Equal(Numbers(before), Numbers(after));
    }

    [Fact]
    public async Task TheRecordedWindowsGiveTheLiveVerdictWithTheSamePolicy()
    {
        await using var world = await WatchedAsync();
        await TrafficAsync(world, 90, failed: 0);
        await world.CrashAsync();
        await TrafficAsync(world, 40, failed: 0);
        await TrafficAsync(world, 60, failed: 5);
        await world.UntilAsync(() => world.Active("production") is null, "it was taken back");

        var live = world.Events(Second.Value).OfType<DeploymentEvent.CheckFailed>().First();
        var spec = world.Events(Second.Value).OfType<DeploymentEvent.Started>().Single().Spec;
        var windows = await WindowsAsync(world);
        Assert.All(windows, w => Assert.True(w.IsExact));
        CanaryAnalysis again = new(spec.Checks, Deployment.Gates(spec));
        var failed = windows.First(w => Show(again, w).Verdict is Verdict.Fail);

        Assert.Contains(Text(live.Evidence), AnalysisInput.Of(again.Report(), Deployment.Gates(spec)).Failures.Select(Text));
        Assert.InRange((live.At - world.Events(Second.Value)[0].At - failed.At).TotalSeconds, 0, 1.5);
    }

    [Fact]
    public async Task AServerThatWasSucceededSavesNothingOverWhatTheNewOneKnows()
    {
        await using var world = await WatchedAsync();
        await TrafficAsync(world, 30, failed: 0);
        var taken = await world.Analyses.TakeAsync(Second, world.Clock.GetUtcNow(), default);
        AnalysisCheckpoint newer = new(taken.Chunks, AnalysisCheckpoint.Read(taken.Checkpoint!.Value).Open);
        await world.Analyses.SaveAsync(Second, new(taken.Term, newer.ToBytes(), [], world.Clock.GetUtcNow()), default);

        await TrafficAsync(world, 30, failed: 0);

        Assert.Equal(newer.ToBytes(), (await world.Analyses.CheckpointAsync(Second, default))!.Value.ToArray());
        Assert.True(world.Engine.Report(Second)!.CandidateRequests >= 500);
    }

    [Fact]
    public async Task WhatCannotBeReadBackBeginsAnewAndTheRecordSaysSo()
    {
        await using var world = await WatchedAsync();
        await TrafficAsync(world, 30, failed: 0);
        await world.StopEngineAsync();
        var taken = await world.Analyses.TakeAsync(Second, world.Clock.GetUtcNow(), default);
        await world.Analyses.SaveAsync(Second, new(taken.Term, new byte[] { 99 }, [], world.Clock.GetUtcNow()), default);

        await world.StartEngineAsync();
        await world.UntilAsync(() => world.Engine.Report(Second) is not null, "it is watched again");
        Assert.Equal(0, world.Engine.Report(Second)!.CandidateRequests);
        await TrafficAsync(world, 30, failed: 0);

        Assert.Single((await WindowsAsync(world)).OfType<ObservedWindow.BegunAnew>());
    }

    [Fact]
    public async Task AWatchWithoutTrafficIsSavedEveryHourSoThatPruningSparesIt()
    {
        await using var world = await WatchedAsync();
        await world.PassAsync(30);
        for (var i = 0; i < 40; i++)
        {
            world.Clock.Advance(TimeSpan.FromMinutes(3));
            await world.QuietAsync();
        }

        Assert.Equal(1, await world.Analyses.PruneAsync(world.Clock.GetUtcNow().AddMinutes(-65), default));
        Assert.NotEmpty(await WindowsAsync(world));
        Assert.Null(await world.Analyses.CheckpointAsync(new("shop.production.1"), default));
    }

    private static async Task<EngineWorld> WatchedAsync()
    {
        var world = await EngineWorld.StartAsync(OneStage);
        await world.CreateAsync("1");
        await world.UntilAsync(() => world.Serving("production") == "1" && world.Active("production") is null, "1 serves");
        await world.CreateAsync("2");
        await world.UntilAsync(() => world.Active("production") is { StepIndex: 1, Confirmed: not null }, "2 has its share");
        return world;
    }

    private static async Task TrafficAsync(EngineWorld world, int seconds, int failed)
    {
        for (var i = 0; i < seconds; i++)
        {
            world.Board.Add(new TrafficSecond(world.Clock.GetUtcNow(), [Side("2", 10, failed + (i % 9 == 0 ? 1 : 0)), Side("1", 90, i % 3)]));
            await world.PassAsync(1);
        }
    }

    private static SideCounts Side(string version, long requests, long failed) => new()
    {
        Environment = EngineWorld.Key("production"), Candidate = new(version), Started = requests, Completed = requests, ServerErrors = failed, Latency = new(-100, [requests / 2, 0, requests - requests / 2]),
    };

    private static async Task<ImmutableArray<ObservedWindow>> WindowsAsync(EngineWorld world)
    {
        var all = ImmutableArray.CreateBuilder<ObservedWindow>();
        for (int? after = 0; after is { } from;)
        {
            var page = await world.Engine.WindowsAsync(Second, from, default);
            all.AddRange(page.Windows);
            after = page.Next;
        }

        return all.ToImmutable();
    }

    private static AnalysisReport Show(CanaryAnalysis analysis, ObservedWindow window)
    {
        Replayed.Show(analysis, window);
        return analysis.Report();
    }

    private static string Numbers(AnalysisReport report) => Text(report.Checks.Select(c => (c.Name, c.Verdict, c.LogEvidence, c.CandidateRequests, c.CandidateErrors)).Select(c => $"{c}"));

    private static string Text<T>(T value) => JsonSerializer.Serialize(value, SlipwayJson.Options);
}
