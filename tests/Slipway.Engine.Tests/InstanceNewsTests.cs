using System.Collections.Immutable;
using CsCheck;
using Slipway.Core.Deployments;
using Slipway.Core.Releases;
using Slipway.Core.Strategies;
using Slipway.Engine.Instances;
using Slipway.Engine.Ports;

namespace Slipway.Engine.Tests;

public class InstanceNewsTests
{
    private static readonly Deployment Half = Given(2);

    [Fact]
    public void WhatIsAsItCountsIsNoNews() => Assert.Empty(InstanceNews.Of(Half, Some(2), Some(4), 2, 4));

    [Fact]
    public void WhatIsNoLongerListedWasStoppedBySomebodyAndIsNoExit() =>
        Assert.Equal([new DeploymentInput.InstancesReady(Half.Spec.Candidate.Candidate, 0)], InstanceNews.Of(Half, null, Some(4), 0, 4));

    [Fact]
    public void OneThatOnlyFailedToStartHasNotExited() => Assert.Empty(InstanceNews.Of(Half, Some(2, exited: 1), Some(4), 2, 4));

    [Fact]
    public void WhatIsReadyBeforeTheOthersIsToldOnlyWhileTheyAreWaitedFor()
    {
        var more = Half with { Scaled = 8 };
        Assert.Equal([new DeploymentInput.InstancesReady(Half.Spec.Candidate.Candidate, 3)], InstanceNews.Of(more, Some(3), Some(4), 3, 4));
        Assert.Empty(InstanceNews.Of(more, Some(4), Some(4), 4, 4));
        Assert.Empty(InstanceNews.Of(Half, Some(3), Some(4), 3, 4));
    }

    /// <summary>However often it is asked before the deployment has heard, each exit counts once, and none that was not.</summary>
    [Fact]
    public void AnyExitsCountAsManyTimesAsThereWere() =>
        Gen.Select(Gen.Int[1, 6], Gen.Int[0, 6], Gen.Int[0, 3], Gen.Int[1, 4]).Sample((counted, gone, failed, looks) =>
        {
            gone = Math.Min(counted, gone);
            var deployment = Given(counted);
            var status = gone == counted ? new InstanceStatus(default, InstanceCondition.Exited, [], "exit code 1") { Exited = gone + failed } : Some(counted - gone, gone + failed);
            var heard = Enumerable.Range(0, looks).SelectMany(_ => InstanceNews.Of(deployment, status, Some(4), counted - gone, 4)).Aggregate(deployment, (state, input) =>
                Rollout.Decide(state, input, DateTimeOffset.UnixEpoch).Events.Aggregate(state, Rollout.Evolve));
            Assert.Equal((gone, counted - gone), (heard.Exits, heard.CandidateInstances));
        });

    private static Deployment Given(int candidates)
    {
        Workload Version(string version) => new(new CandidateId(version), new Artifact(ArtifactKind.Reference, null, "shop:1", 0), EngineWorld.ThreeStages.Environments[0].Deploy with { Instances = 2 * candidates });
        var spec = new DeploymentSpec
        {
            Id = new DeploymentId("shop.production.2"), Environment = EngineWorld.Key("production"), Slice = new Core.Traffic.Slice.Rest(), RequestedBy = "ana",
            Steps = [new DeployStep(), new WeightStep(new Core.Traffic.Weight(50_000), TimeSpan.FromHours(1), false)], Stable = Version("1.0.0"), Candidate = Version("2.0.0"),
            Checks = [new Core.Analysis.CheckSpec.Outage { Restarts = 100 }],
        };
        var state = Rollout.Fold(Rollout.Start(spec, DateTimeOffset.UnixEpoch));
        return Rollout.Plan(state).OfType<Effect.StartCandidate>().Aggregate(state, (s, start) =>
            Rollout.Decide(s, new DeploymentInput.Answered(start.Key, new EffectAnswer.Done()), DateTimeOffset.UnixEpoch).Events.Aggregate(s, Rollout.Evolve));
    }

    private static InstanceStatus Some(int ready, int exited = 0) =>
        new(default, InstanceCondition.Ready, [.. Enumerable.Range(0, ready).Select(i => $"http://{i}")], "exit code 1") { Exited = exited };
}
