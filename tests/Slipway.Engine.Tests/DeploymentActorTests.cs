using Microsoft.Extensions.Logging.Abstractions;
using Slipway.Core.Deployments;
using Slipway.Core.Releases;
using Slipway.Core.Strategies;
using Slipway.Core.Traffic;
using Slipway.Engine.Deployments;
using Slipway.Engine.Feed;
using Slipway.Engine.Streams;
using Slipway.Engine.Tests.Fakes;

namespace Slipway.Engine.Tests;

public class DeploymentActorTests
{
    private readonly CountingClock _clock = new();
    private readonly MemoryStore _store = new();
    private readonly ManualHandler _handler = new();

    [Fact]
    public async Task ACommandToADeploymentThatIsNoLongerUnderWayHereIsAnsweredSo()
    {
        var actor = await StartAsync();
        await actor.DisposeAsync();
        Assert.Null(await actor.AskAsync(new DeploymentInput.Pause("ana", null), default));
    }

    [Fact]
    public async Task EveryCommandIsAnsweredHoweverTheActorEnds()
    {
        var actor = await StartAsync();
        var asked = Enumerable.Range(0, 200).Select(i => Task.Run(() => actor.AskAsync(i % 2 == 0 ? new DeploymentInput.Pause("ana", null) : new DeploymentInput.Resume("ana"), default))).ToList();
        await actor.DisposeAsync();
        await Task.WhenAll(asked).WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task ACommandIsAnsweredOnceItIsSaved()
    {
        await using var actor = await StartAsync();
        Assert.Null((await actor.AskAsync(new DeploymentInput.Pause("ana", null), default))!.Refusal);
        Assert.Equal("deployment.paused", _store.All[^1].Type);
        Assert.NotNull((await actor.AskAsync(new DeploymentInput.Promote("ana"), default))!.Refusal);
    }

    private async Task<DeploymentActor> StartAsync()
    {
        DeploymentSpec spec = new()
        {
            Id = new DeploymentId("shop.canary.1"), Environment = EngineWorld.Key("canary"), Slice = new Slice.Rest(), RequestedBy = "ana",
            Steps = [new DeployStep(), new WeightStep(Weight.Full, TimeSpan.Zero, false)],
            Candidate = new Workload(new CandidateId("1.0.0"), new Artifact(ArtifactKind.Reference, null, "shop:1", 0), EngineWorld.ThreeStages.Environments[0].Deploy),
        };
        EventStream<Deployment, DeploymentEvent> stream = new(_store, new EventFeed(_store, _clock), _clock, StreamNames.Of(spec.Id), Deployment.Empty, Rollout.Evolve);
        DeploymentActor actor = new(spec, stream, _handler, _clock, NullLogger.Instance);
        await actor.StartAsync(default);
        return actor;
    }
}
