using System.Collections.Concurrent;
using System.Collections.Immutable;
using Slipway.Core.Environments;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Core.Strategies;
using Slipway.Core.Traffic;
using Slipway.Engine.Ports;
using static Slipway.Engine.Tests.EngineWorld;

namespace Slipway.Engine.Tests;

/// <summary>One environment, <c>production</c>, with several instances, and everything that scaling must never do watched all the time.</summary>
internal sealed class ScalingWorld : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _violations = new();
    private int _smallest;
    private Scaling _policy;

    private ScalingWorld(EngineWorld world)
    {
        World = world;
        world.Deployer.Stopping = (id, endpoint) =>
        {
            if (world.Router.MaySend(endpoint))
                _violations.Enqueue($"{id} at {endpoint} was stopped while users were sent there");
        };
        world.Router.Serving = Check;
    }

    public EngineWorld World { get; }

    /// <summary>Whether instances come and go by themselves; who serves how many is not judged then.</summary>
    public bool Dies { get; set; }

    public static async Task<ScalingWorld> StartAsync(int instances, Scaling policy, params Step[] steps)
    {
        ScalingWorld scaling = new(await EngineWorld.StartAsync(Project(instances, policy, steps))) { _smallest = instances, _policy = policy };
        await scaling.World.CreateAsync("1.0.0");
        await scaling.DeployAsync("1.0.0");
        await scaling.IdleAsync("1.0.0", instances);
        await scaling.World.CreateAsync("2.0.0");
        return scaling;
    }

    public static Project Project(int instances, Scaling policy, params Step[] steps) => new()
    {
        Id = Shop,
        Environments =
        [
            new()
            {
                Name = new EnvironmentName("production"), Slice = new Slice.Rest(), Strategy = [.. steps], Scaling = policy,
                Deploy = new DeploySpec.Process { Command = ["shop"], Instances = instances }, Promote = new PromotionPolicy.Manual(),
            },
        ],
    };

    public static WeightStep Weight(int percent) => new(new Weight(percent * 1000), TimeSpan.Zero, false);

    public static PauseStep Pause { get; } = new(null);

    /// <summary>Applies the document with another number of instances.</summary>
    public Task ScaleAsync(int instances, params Step[] steps)
    {
        _smallest = Math.Min(_smallest, instances);
        return World.ApplyAsync(Project(instances, _policy, steps));
    }

    public Task DeployAsync(string version) => ActAsync(new EnvironmentCommand.Deploy(new DeployRequest(new(version), "ana")));

    public Task PromoteAsync() => ActAsync(new EnvironmentCommand.Promote("ana", null));

    public Task AbortAsync() => ActAsync(new EnvironmentCommand.Abort("ana", null));

    public async Task ActAsync(EnvironmentCommand command)
    {
        var result = await World.Engine.ActAsync(Key("production"), command, default);
        Assert.True(result.Ok, result.Ok ? "" : result.Problem.Message);
    }

    /// <summary>Instances that are ready: of the candidate, and of the stable version.</summary>
    public (int Candidate, int Stable) Counts => (Ready("2.0.0"), Ready("1.0.0"));

    public int Ready(string version, InstanceRole role = InstanceRole.Serving) => World.Deployer.ReadyOf(Instance("production", version) with { Role = role }).Length;

    /// <summary>The candidate's share as it is served, in percent; null when it is not routed at all.</summary>
    public int? Percent => World.Router.Serves(Key("production")) is { Split: { Candidate: not null } split } ? split.Weight.Value / 1000 : null;

    /// <summary>Under way and in so many instances of each, with the share the candidate then has.</summary>
    public Task RestsAsync(int candidates, int stables, int? percent = null) => World.UntilAsync(
        () => World.Active("production") is { IsPaused: true, Confirmed: not null } && Counts == (candidates, stables) && (percent is null || Percent == percent),
        $"it rests with {candidates} of the candidate and {stables} of the stable version at {percent} %");

    /// <summary>Nothing is under way, and only this version runs, in so many instances that all are sent users.</summary>
    public Task IdleAsync(string version, int instances) => World.UntilAsync(
        () => World.Serving("production") == version && World.Active("production") is null && World.Deployer.Running is [var only] && only.Candidate.Value == version
            && Ready(version) == instances && World.Router.Serves(Key("production"))!.StableEndpoints.SequenceEqual(World.Deployer.ReadyOf(only)),
        $"{instances} of {version} serve alone");

    public async ValueTask DisposeAsync()
    {
        await World.DisposeAsync();
        Assert.Empty(_violations);
    }

    /// <summary>No side is sent more users than its instances can take, as long as none dies: by the smallest number that ever served everyone.</summary>
    private void Check(TrafficRequest request)
    {
        if (Dies || request.Split.Stable?.Value != "1.0.0" || World.Active("production") is not { } deployment)
            return;
        var weight = request.Split.Candidate is null ? 0 : request.Split.Weight.Value;
        Judge("stable", Core.Traffic.Weight.Whole - weight, request.StableEndpoints);
        if (request.Split.Candidate is not null)
            Judge("candidate", weight, request.CandidateEndpoints);

        void Judge(string side, int share, ImmutableArray<string> endpoints)
        {
            if ((long)share * _smallest > (long)endpoints.Length * Core.Traffic.Weight.Whole)
                _violations.Enqueue($"{share / 1000.0} % on {endpoints.Length} of {_smallest} instances of the {side} version in {deployment.Phase}");
        }
    }
}
