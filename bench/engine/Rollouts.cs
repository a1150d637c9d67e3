using System.Collections.Immutable;
using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Slipway.Core.Analysis;
using Slipway.Core.Deployments;
using Slipway.Core.Environments;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Core.Strategies;
using Slipway.Core.Traffic;
using Slipway.Engine;
using Slipway.Engine.Feed;
using Slipway.Engine.Traffic;
using Slipway.Storage;

namespace Slipway.Bench.Engine;

/// <summary>What so many rollouts cost that bake at 10 %, each with an observation of both sides a second.</summary>
/// <param name="StartSeconds">From the first command until all bake.</param>
/// <param name="Cores">Processor time a second, in cores.</param>
/// <param name="Megabytes">Managed heap after a collection.</param>
/// <param name="P50">Milliseconds from a command to its saved answer.</param>
/// <param name="Decisions">Decisions a second of one core by the core alone: nothing is saved.</param>
/// <param name="Saved">Commands a second, decided, saved and answered, of sixteen who each wait for their answer.</param>
/// <param name="RestartSeconds">From a new engine on the same store until all bake again.</param>
internal sealed record RolloutCost(int Rollouts, double StartSeconds, double Cores, double Megabytes, double P50, double P99, double Decisions, double Saved, double RestartSeconds);

/// <summary>Many live rollouts in one engine on SQLite, each in a project of its own.</summary>
internal static class Rollouts
{
    private static readonly EnvironmentName Production = new("production");
    private static readonly TimeSpan Asked = TimeSpan.FromSeconds(3);

    public static async Task<RolloutCost> MeasureAsync(int count, int seconds)
    {
        var directory = Directory.CreateTempSubdirectory("slipway-bench-").FullName;
        using var store = SqliteEventStore.Open(Path.Combine(directory, "slipway.db"), SqliteDurability.Normal);
        await using var analyses = SqliteAnalysisStore.Open(Path.Combine(directory, "slipway.db"));
        InstantDeployer deployer = new();
        InstantRouter router = new();
        try
        {
            double started, cores, heap, p50, p99, decisions, saved;
            await using (var engine = Engine(store, analyses, deployer, router))
            {
                await engine.StartAsync(CancellationToken.None);
                started = await StartAsync(engine, count);
                (cores, heap, p50, p99) = await BakeAsync(engine, count, seconds);
                decisions = Decide(engine.Snapshot(Id(0))!.Active(Production)!);
                saved = await AskAsync(engine, count);
            }

            var begun = Stopwatch.GetTimestamp();
            await using var next = Engine(store, analyses, deployer, router);
            await next.StartAsync(CancellationToken.None);
            await BakingAsync(next, count);
            return new RolloutCost(count, started, cores, heap, p50, p99, decisions, saved, Stopwatch.GetElapsedTime(begun).TotalSeconds);
        }
        finally
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            Directory.Delete(directory, recursive: true);
        }
    }

    private static SlipwayEngine Engine(SqliteEventStore store, SqliteAnalysisStore analyses, InstantDeployer deployer, InstantRouter router) =>
        new(store, deployer, router, new NoHooks(), new TrafficBoard(TimeProvider.System), new EventFeed(store, TimeProvider.System), analyses, TimeProvider.System, NullLogger<SlipwayEngine>.Instance);

    private static async Task<double> StartAsync(SlipwayEngine engine, int count)
    {
        for (var i = 0; i < count; i++)
            await MakeAsync(engine, i);
        await UntilAsync(() => Enumerable.Range(0, count).All(i => State(engine, i) is { Stable: not null, Active: null }));
        var begun = Stopwatch.GetTimestamp();
        for (var i = 0; i < count; i++)
            await ActAsync(engine, i, new EnvironmentCommand.Deploy(new DeployRequest(new CandidateId("2.0.0"), "bench")));
        await BakingAsync(engine, count);
        return Stopwatch.GetElapsedTime(begun).TotalSeconds;
    }

    private static async Task MakeAsync(SlipwayEngine engine, int i)
    {
        Project project = new()
        {
            Id = Id(i), Service = new ServiceSpec([$"{Id(i)}.test"], UserKeySource.ClientAddress),
            Environments =
            [
                new EnvironmentSpec
                {
                    Name = Production, Slice = new Slice.Rest(), Deploy = new DeploySpec.Process { Command = ["shop"] }, Promote = new PromotionPolicy.Manual(),
                    Checks = [new CheckSpec.Errors(), new CheckSpec.Latency()],
                    Strategy = [new DeployStep(), new WeightStep(new Weight(10_000), TimeSpan.Zero, false), new BakeStep(TimeSpan.FromHours(5)), new WeightStep(Weight.Full, TimeSpan.Zero, false)],
                },
            ],
        };
        Require(await engine.ApplyAsync(project, "bench", dryRun: false, CancellationToken.None));
        foreach (var version in new[] { "1.0.0", "2.0.0" })
            Require(await engine.CreateCandidateAsync(Id(i), new CandidateId(version), new Artifact(ArtifactKind.Archive, $"sha256:{version}", null, 1), null, "bench", CancellationToken.None));
        await ActAsync(engine, i, new EnvironmentCommand.Deploy(new DeployRequest(new CandidateId("1.0.0"), "bench")));
    }

    /// <summary>A second of traffic for every rollout, and a few commands, over and over.</summary>
    private static async Task<(double Cores, double Megabytes, double P50, double P99)> BakeAsync(SlipwayEngine engine, int count, int seconds)
    {
        List<double> latencies = [];
        using var self = Process.GetCurrentProcess();
        var (cpu, begun) = (self.TotalProcessorTime, Stopwatch.GetTimestamp());
        using PeriodicTimer second = new(TimeSpan.FromSeconds(1));
        for (var s = 0; s < seconds; s++)
        {
            engine.Counts.Add(new TrafficSecond(DateTimeOffset.UtcNow, [.. Enumerable.Range(0, count).SelectMany(i => SecondsOfTraffic.Of(new EnvironmentKey(Id(i), Production), i, s))]));
            for (var n = 0; n < 10; n++)
            {
                var (which, asked) = (((s * 10) + n) * 7919 % count, Stopwatch.GetTimestamp());
                await ActAsync(engine, which, new EnvironmentCommand.Pause("bench", null));
                await ActAsync(engine, which, new EnvironmentCommand.Resume("bench", null));
                latencies.Add(Stopwatch.GetElapsedTime(asked).TotalMilliseconds / 2);
            }

            await second.WaitForNextTickAsync();
        }

        self.Refresh();
        var cores = (self.TotalProcessorTime - cpu) / Stopwatch.GetElapsedTime(begun);
        latencies.Sort();
        return (cores, GC.GetTotalMemory(forceFullCollection: true) / 1e6, latencies[latencies.Count / 2], latencies[(int)(latencies.Count * 0.99)]);
    }

    private static double Decide(Deployment deployment)
    {
        var (begun, now, decided) = (Stopwatch.GetTimestamp(), DateTimeOffset.UtcNow, 0);
        while (Stopwatch.GetElapsedTime(begun) < Asked)
        {
            DeploymentInput input = deployment.IsPaused ? new DeploymentInput.Resume("bench") : new DeploymentInput.Pause("bench", null);
            deployment = Rollout.Decide(deployment, input, now).Events.Aggregate(deployment, Rollout.Evolve);
            decided++;
        }

        return decided / Stopwatch.GetElapsedTime(begun).TotalSeconds;
    }

    /// <summary>Each asks for another rollout each time.</summary>
    private static async Task<double> AskAsync(SlipwayEngine engine, int count)
    {
        var askers = Math.Min(16, count);
        var (begun, saved) = (Stopwatch.GetTimestamp(), 0);
        await Task.WhenAll(Enumerable.Range(0, askers).Select(asker => Task.Run(async () =>
        {
            for (var which = asker; Stopwatch.GetElapsedTime(begun) < Asked; which = which + askers < count ? which + askers : asker)
            {
                await ActAsync(engine, which, new EnvironmentCommand.Pause("bench", null));
                await ActAsync(engine, which, new EnvironmentCommand.Resume("bench", null));
                Interlocked.Add(ref saved, 2);
            }
        })));
        return saved / Stopwatch.GetElapsedTime(begun).TotalSeconds;
    }

    private static Task BakingAsync(SlipwayEngine engine, int count) =>
        UntilAsync(() => Enumerable.Range(0, count).All(i => engine.Snapshot(Id(i))?.Active(Production) is { Step: BakeStep, Confirmed: not null }));

    private static async Task UntilAsync(Func<bool> holds)
    {
        var begun = Stopwatch.GetTimestamp();
        using PeriodicTimer look = new(TimeSpan.FromMilliseconds(100));
        while (!holds())
        {
            if (Stopwatch.GetElapsedTime(begun) > TimeSpan.FromMinutes(10))
                throw new TimeoutException("the engine did not get there within ten minutes");
            await look.WaitForNextTickAsync();
        }
    }

    private static async Task ActAsync(SlipwayEngine engine, int i, EnvironmentCommand command) => Require(await engine.ActAsync(new EnvironmentKey(Id(i), Production), command, CancellationToken.None));

    private static EnvironmentState State(SlipwayEngine engine, int i) => engine.Snapshot(Id(i))!.Of(Production);

    private static ProjectId Id(int i) => new($"p{i}");

    private static void Require<T>(Result<T> result)
    {
        if (!result.Ok)
            throw new InvalidOperationException(result.Problem.ToString());
    }
}
