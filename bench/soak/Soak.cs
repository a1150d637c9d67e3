using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Slipway.Bench.Engine;
using Slipway.Core.Analysis;
using Slipway.Core.Environments;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Core.Strategies;
using Slipway.Core.Traffic;
using Slipway.Engine;
using Slipway.Engine.Feed;
using Slipway.Engine.Retention;
using Slipway.Engine.Storms;
using Slipway.Engine.Traffic;
using Slipway.Storage;

namespace Slipway.Bench.Soak;

/// <summary>The end of one simulated day.</summary>
internal sealed record Day(int Number, long Managed, long Resident, int Threads, int Handles, long Events, long Disk, int Instances);

/// <summary>
/// Release after release on a real engine with virtual time: while something is under way, second by second with an observation of both sides
/// in each; in the idle hours between, minute by minute. House is kept once a day, and little is kept for longer than <see cref="Kept"/>.
/// </summary>
internal sealed class Soak : IAsyncDisposable
{
    /// <summary>As long to a month as the usual time is to ten years.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromDays(3);

    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(1);

    private readonly VirtualTime _time = new();
    private readonly string _directory = Directory.CreateTempSubdirectory("slipway-soak-").FullName;
    private readonly InstantDeployer _deployer = new();
    private readonly SqliteEventStore _store;
    private readonly SlipwayEngine _engine;
    private readonly Housekeeping _house;
    private readonly ImmutableArray<Project> _projects;

    private Soak(int projects, int environments)
    {
        _store = SqliteEventStore.Open(Path.Combine(_directory, "slipway.db"), SqliteDurability.Normal);
        var analyses = SqliteAnalysisStore.Open(Path.Combine(_directory, "slipway.db"));
        _engine = new SlipwayEngine(_store, _deployer, new InstantRouter(), new NoHooks(), new TrafficBoard(_time), new EventFeed(_store, _time), analyses, _time, NullLogger<SlipwayEngine>.Instance);
        _house = new Housekeeping(_store, analyses, new FileArtifactStore(_directory), _deployer, _engine, new RetentionPolicy { Events = Kept }, _time);
        _projects = [.. Enumerable.Range(0, projects).Select(p => Make(p, environments))];
    }

    public static async Task<IAsyncEnumerable<Day>> RunAsync(int projects, int environments, int releases, int days)
    {
        Soak soak = new(projects, environments);
        await soak._engine.StartAsync(CancellationToken.None);
        foreach (var project in soak._projects)
            await soak._engine.ApplyAsync(project, "soak", dryRun: false, CancellationToken.None);
        return soak.DaysAsync(releases, days);
    }

    private async IAsyncEnumerable<Day> DaysAsync(int releases, int days)
    {
        await using var me = this;
        using CancellationTokenSource enough = new();
        var following = FollowAsync(enough.Token);
        for (var day = 1; day <= days; day++)
        {
            var midnight = _time.GetUtcNow() + TimeSpan.FromDays(1);
            for (var release = 1; release <= releases; release++)
            {
                await Task.Run(() => ReleaseAsync(string.Create(CultureInfo.InvariantCulture, $"{day}.{release}.0"), flagged: release == releases));
                await Task.Run(() => SleepUntilAsync(midnight - (TimeSpan.FromDays(1) * (releases - release) / releases)));
            }

            await Task.Run(() => _house.RunAsync(dryRun: false, CancellationToken.None));
            yield return await MeasureAsync(day);
        }

        await enough.CancelAsync();
        await following;
    }

    /// <summary>A page that is left open.</summary>
    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var e in _engine.Feed.FollowAsync(0, cancellationToken))
                _ = e;
        }
        catch (OperationCanceledException)
        {
            // The month is over.
        }
    }

    /// <summary>Every project releases at once; the last one of each day is flagged bad and taken back everywhere.</summary>
    private async Task ReleaseAsync(string version, bool flagged)
    {
        CandidateId candidate = new(version);
        foreach (var project in _projects)
            Require(await _engine.CreateCandidateAsync(project.Id, candidate, new Artifact(ArtifactKind.Archive, $"sha256:{version}", null, 1), null, "soak", CancellationToken.None));
        await UntilAsync(() => _projects.All(p => p.Environments.All(e => IsThere(p, e, candidate))), version);
        if (!flagged || version.StartsWith("1.", StringComparison.Ordinal))
            return;
        foreach (var project in _projects)
            Require(await _engine.FlagAsync(project.Id, candidate, "soak", "the last of the day", CancellationToken.None));
        await UntilAsync(() => _projects.All(p => p.Environments.All(e => _engine.Snapshot(p.Id)!.Of(e.Name) is { Active: null, Stable.Candidate: var stable } && stable != candidate)), $"{version} is taken back");
    }

    private bool IsThere(Project project, EnvironmentSpec environment, CandidateId candidate) =>
        _engine.Snapshot(project.Id)!.Of(environment.Name) is { Active: null, Stable.Candidate: var stable } && stable == candidate;

    private async Task UntilAsync(Func<bool> holds, string what)
    {
        for (var end = _time.GetUtcNow() + TimeSpan.FromHours(1); ;)
        {
            await PassAsync(TimeSpan.FromSeconds(1));
            if (holds())
                return;
            if (_time.GetUtcNow() > end)
                throw new TimeoutException($"{what}: not within an hour");
            Observe();
        }
    }

    /// <summary>A second of traffic of everything under way.</summary>
    private void Observe()
    {
        foreach (var project in _projects)
        {
            var sides = from environment in project.Environments
                        let deployment = _engine.Snapshot(project.Id)!.Active(environment.Name)
                        where deployment is not null
                        from version in new[] { deployment.Spec.Candidate.Candidate, deployment.Spec.Stable?.Candidate }.OfType<CandidateId>()
                        select new SideCounts { Environment = project.Key(environment), Candidate = version, Started = 50, Completed = 50 };
            _engine.Counts.Add(new TrafficSecond(_time.GetUtcNow(), [.. sides]));
        }
    }

    private async Task SleepUntilAsync(DateTimeOffset until)
    {
        // First everything that is drained and stopped after a release.
        await PassAsync(TimeSpan.FromMinutes(1));
        while (_time.GetUtcNow() < until)
        {
            _time.Sleep(Idle);
            await PassAsync(TimeSpan.Zero);
        }
    }

    private async Task PassAsync(TimeSpan time)
    {
        var end = _time.GetUtcNow() + time;
        do
            await QuietAsync();
        while (_time.Next(end));
        await QuietAsync();
    }

    private static async Task QuietAsync()
    {
        do
            await Task.Yield();
        while (ThreadPool.PendingWorkItemCount > 0);
    }

    private async Task<Day> MeasureAsync(int number)
    {
        var managed = GC.GetTotalMemory(forceFullCollection: true);
        using var self = Process.GetCurrentProcess();
        var handles = OperatingSystem.IsLinux() ? Directory.GetFiles("/proc/self/fd").Length : self.HandleCount;
        return new Day(number, managed, self.WorkingSet64, self.Threads.Count, handles, await _store.LastPositionAsync(CancellationToken.None),
            new DirectoryInfo(_directory).EnumerateFiles().Sum(f => f.Length), (await _deployer.ListAsync(CancellationToken.None)).Length);
    }

    private static Project Make(int number, int environments) => new()
    {
        Id = new ProjectId($"p{number}"),
        Environments = [.. Enumerable.Range(0, environments).Select(e => new EnvironmentSpec
        {
            Name = new EnvironmentName($"e{e}"), After = e == 0 ? [] : [new EnvironmentName($"e{e - 1}")], Slice = e == environments - 1 ? new Slice.Rest() : new Slice.Percent(new Weight(1_000)),
            Deploy = new DeploySpec.Process { Command = ["shop"] }, Promote = new PromotionPolicy.Automatic(TimeSpan.FromSeconds(5)), Checks = [new CheckSpec.Errors()],
            Strategy = [new DeployStep(), new WeightStep(new Weight(10_000), TimeSpan.FromSeconds(10), false), new WeightStep(Weight.Full, TimeSpan.Zero, false)],
        })],
    };

    private static void Require<T>(Result<T> result)
    {
        if (!result.Ok)
            throw new InvalidOperationException(result.Problem.ToString());
    }

    public async ValueTask DisposeAsync()
    {
        var ending = _engine.DisposeAsync().AsTask();
        while (!ending.IsCompleted)
            await PassAsync(TimeSpan.FromSeconds(1));
        await _engine.Feed.DisposeAsync();
        _house.Dispose();
        _store.Dispose();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_directory, recursive: true);
    }
}
