using CsCheck;
using Slipway.Core.Strategies;
using Slipway.Core.Traffic;
using static Slipway.Simulation.Tests.Given;

namespace Slipway.Simulation.Tests;

public class TimelineTests
{
    [Fact]
    public void ARampsTimelineNeverFallsEndsWithEveryoneAndLastsTheSumOfItsHolds() =>
        Gen.Select(Gen.Int[1, 100_000], Gen.Double[1.1, 10], Gen.Int[0, 3600]).Sample((from, factor, every) =>
        {
            var weights = Ramp.Geometric(new Weight(from), Weight.Full, factor);
            var environment = Project(Gradual).Environments[0] with { Strategy = [new DeployStep(), .. Ramp.Unroll(weights, TimeSpan.FromSeconds(every), false)] };
            var timeline = Timeline.Of(environment, new(100, 0.002));
            Assert.Equal(timeline.Steps.Select(s => s.OfEnvironment).Order(), timeline.Steps.Select(s => s.OfEnvironment));
            Assert.Equal(timeline.Steps.Select(s => s.Begins).Order(), timeline.Steps.Select(s => s.Begins));
            Assert.Equal(Weight.Full, timeline.Steps[^1].OfEnvironment);
            Assert.Equal(TimeSpan.FromSeconds(every) * (weights.Length - 1), timeline.Least);
        });

    [Fact]
    public void WhatIsWaitedForIsNamed()
    {
        var environment = Project("strategy: [{ weight: 10% }, { approve: { by: [bob] } }, { signal: qa }, pause, { hook: { command: ./smoke } }, { weight: 100% }]").Environments[0];
        Assert.Equal(["instances to be ready", null, "approval by bob", "the signal qa", "a person", "the hook smoke", null], Timeline.Of(environment, new(100, 0.002)).Steps.Select(s => s.WaitsFor));
    }

    [Fact]
    public void AStrategyThatCannotSeeAnythingIsWarnedOf()
    {
        var environment = Project("strategy: { ramp: { from: 0.01%, factor: 100, every: 1m }, until: safe }").Environments[0];
        Assert.StartsWith("SLIP0902: step 2", Timeline.Of(environment, new(5, 0.002)).Warnings[0], StringComparison.Ordinal);
        Assert.StartsWith("SLIP0901: step 2", Assert.Single(Timeline.Of(environment with { Strategy = [new DeployStep(), new WeightStep(new Weight(1_000), TimeSpan.FromMinutes(1), false), new WeightStep(Weight.Full, default, false)] }, new(5, 0.002)).Warnings), StringComparison.Ordinal);
        Assert.Empty(Timeline.Of(environment with { Strategy = [new DeployStep(), new WeightStep(new Weight(50_000), TimeSpan.FromMinutes(1), true), new WeightStep(Weight.Full, default, false)] }, new(100, 0.002)).Warnings);
    }

    [Fact]
    public void EachStepSaysWhatItSeesInItsTime()
    {
        var environment = Project("strategy: { ramp: { weights: [1%, 10%, 100%], every: 5m } }").Environments[0];
        var steps = Timeline.Of(environment, new(100, 0.005)).Steps;

        Assert.Null(steps[0].Sees);
        Assert.StartsWith("errors x20", steps[1].Sees, StringComparison.Ordinal);
        Assert.StartsWith("errors x5", steps[2].Sees, StringComparison.Ordinal);
        Assert.Null(steps[3].Sees);
    }
}
