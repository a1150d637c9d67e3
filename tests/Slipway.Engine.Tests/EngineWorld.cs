using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using Slipway.Core.Deployments;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Core.Strategies;
using Slipway.Core.Traffic;
using Slipway.Engine.Feed;
using Slipway.Engine.Ports;
using Slipway.Engine.Streams;
using Slipway.Engine.Tests.Fakes;
using Slipway.Engine.Traffic;
using Slipway.Testing;

namespace Slipway.Engine.Tests;

/// <summary>A store, a deployer, a router and a clock that outlive engines, and the one way in which tests let time pass.</summary>
internal sealed class EngineWorld : IAsyncDisposable
{
    public static readonly ProjectId Shop = new("shop");

    private readonly List<SlipwayEngine> _engines = [];

    public EngineWorld() => (Deployer, Router) = (new FakeDeployer(Clock), new FakeRouter(Clock));

    public CountingClock Clock { get; } = new();

    public MemoryStore Store { get; } = new();

    public InMemoryAnalysisStore Analyses { get; } = new();

    /// <summary>What the gateways counted, of the newest engine.</summary>
    public TrafficBoard Board { get; private set; } = null!;

    public FakeDeployer Deployer { get; }

    public FakeRouter Router { get; }

    public FakeHooks Hooks { get; } = new();

    public SlipwayEngine Engine => _engines[^1];

    /// <summary>Dogfood, canary, production; each follows the one before by itself after ten seconds.</summary>
    public static Project ThreeStages { get; } = new()
    {
        Id = Shop,
        Environments =
        [
            Stage("dogfood", new Slice.Audience(new AudienceRule { Users = ["ana"] })),
            Stage("canary", new Slice.Percent(new Weight(2_000)), "dogfood"),
            Stage("production", new Slice.Rest(), "canary"),
        ],
    };

    public static EnvironmentKey Key(string environment) => new(Shop, new EnvironmentName(environment));

    public static InstanceId Instance(string environment, string version) => new(Key(environment), new CandidateId(version));

    public static Task<EngineWorld> StartAsync() => StartAsync(ThreeStages);

    public static async Task<EngineWorld> StartAsync(Project project)
    {
        EngineWorld world = new();
        await world.StartEngineAsync();
        await world.ApplyAsync(project);
        return world;
    }

    public async Task ApplyAsync(Project project) => Assert.True((await Engine.ApplyAsync(project, "ana", dryRun: false, default)).Ok);

    /// <summary>Another engine on the same store and world.</summary>
    /// <param name="owners">Who acts for which project; null: each engine for all.</param>
    public async Task<SlipwayEngine> StartEngineAsync(IProjectOwners? owners = null)
    {
        EventFeed feed = new(Store, Clock);
        SlipwayEngine engine = new(Store, Deployer, Router, Hooks, Board = new TrafficBoard(Clock), feed, Analyses, Clock, NullLogger<SlipwayEngine>.Instance, owners);
        _engines.Add(engine);
        await engine.StartAsync(default);
        return engine;
    }

    /// <summary>The engine ends in the middle of whatever it does; a new one finds the world as it is.</summary>
    public async Task CrashAsync()
    {
        await StopEngineAsync();
        await StartEngineAsync();
    }

    public async Task StopEngineAsync()
    {
        await Engine.DisposeAsync();
        _engines.RemoveAt(_engines.Count - 1);
    }

    public async Task CreateAsync(string version) =>
        Assert.True((await Engine.CreateCandidateAsync(Shop, new CandidateId(version), new Artifact(ArtifactKind.Archive, $"sha256:{version}", null, 1), null, "ci", default)).Ok);

    /// <summary>A version that serves everywhere.</summary>
    public async Task ReleaseAsync(string version)
    {
        await CreateAsync(version);
        await UntilAsync(() => ServesEverywhere(version), $"{version} serves everywhere");
    }

    public string? Serving(string environment) => Engine.Snapshot(Shop)!.Of(new EnvironmentName(environment)).Stable?.Candidate.Value;

    public Deployment? Active(string environment) => Engine.Snapshot(Shop)!.Active(new EnvironmentName(environment));

    /// <summary>Saved as serving, served by the router, and nothing else runs.</summary>
    public bool ServesEverywhere(string version) => ThreeStages.Environments.All(e =>
        Serving(e.Name.Value) == version && Active(e.Name.Value) is null && Router.Serves(ThreeStages.Key(e))?.Split == TrafficSplit.Only(new CandidateId(version)))
        && Deployer.Running.All(i => i.Candidate.Value == version);

    public ImmutableArray<DeploymentEvent> Events(string deployment) =>
        [.. Store.All.Where(e => e.Stream == StreamNames.Of(new DeploymentId(deployment))).Select(Journal<DeploymentEvent>.Read)];

    /// <summary>Lets time pass, a second at a time, until it is so; at most an hour.</summary>
    public async Task UntilAsync(Func<bool> holds, string what)
    {
        for (var second = 0; second < 3600; second++)
        {
            await QuietAsync();
            if (holds())
                return;
            Clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Fail($"within an hour it did not come to be that {what}");
    }

    public async Task PassAsync(int seconds)
    {
        for (var i = 0; i < seconds; i++)
        {
            Clock.Advance(TimeSpan.FromSeconds(1));
            await QuietAsync();
        }
    }

    /// <summary>
    /// Quiet is when nobody has asked the store, the deployer, the router or the clock for anything over many turns of the thread pool.
    /// A wrong guess only makes time pass while the engine still works, which it must bear anyway.
    /// </summary>
    public async Task QuietAsync()
    {
        for (int still = 0, last = -1, turns = 0; still < 30 && turns < 100_000; turns++)
        {
            await Task.Run(static () => Thread.Yield());
            var now = Store.Calls + Deployer.Calls + Router.Calls + Clock.Timers;
            still = now == last && ThreadPool.PendingWorkItemCount == 0 ? still + 1 : 0;
            last = now;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var engine in _engines)
            await engine.DisposeAsync();
    }

    private static EnvironmentSpec Stage(string name, Slice slice, params string[] after) => new()
    {
        Name = new EnvironmentName(name), After = [.. after.Select(a => new EnvironmentName(a))], Slice = slice,
        Deploy = new DeploySpec.Process { Command = ["shop"] }, Promote = new PromotionPolicy.Automatic(TimeSpan.FromSeconds(10)),
        Strategy = [new DeployStep(), new WeightStep(new Weight(10_000), TimeSpan.FromSeconds(20), false), new WeightStep(Weight.Full, TimeSpan.Zero, false)],
    };
}
