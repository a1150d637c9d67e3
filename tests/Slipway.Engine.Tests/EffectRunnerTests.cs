using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Slipway.Core.Deployments;
using Slipway.Core.Releases;
using Slipway.Core.Strategies;
using Slipway.Core.Traffic;
using Slipway.Engine.Deployments;
using Slipway.Engine.Ports;
using Slipway.Engine.Tests.Fakes;

namespace Slipway.Engine.Tests;

public class EffectRunnerTests
{
    private static readonly DeploymentSpec Spec = new()
    {
        Id = new DeploymentId("shop.canary.1"), Environment = EngineWorld.Key("canary"), Steps = [new DeployStep()], Slice = new Slice.Rest(), RequestedBy = "ana",
        Candidate = new Workload(new CandidateId("1.0.0"), new Artifact(ArtifactKind.Reference, null, "shop:1", 0), EngineWorld.ThreeStages.Environments[0].Deploy),
    };

    private readonly CountingClock _clock = new();
    private readonly ConcurrentQueue<DeploymentInput> _answers = new();
    private readonly ManualHandler _handler = new();

    [Fact]
    public async Task WhatFailedAndIsStillWantedIsAskedForAgain()
    {
        var runner = Runner();
        runner.Reconcile(Spec, [Split(1)]);
        for (var i = 0; i < 3; i++)
        {
            var call = await _handler.NextAsync();
            Assert.Equal(i == 0 ? [] : ["boom"], runner.Troubles);
            call.Answer.SetResult(new EffectAnswer.Failed("boom"));
            await SpinUntil(() => _answers.Count == i + 1 && _clock.Timers == i + 1);
            _clock.Advance(TimeSpan.FromSeconds(10));
        }

        (await _handler.NextAsync()).Answer.SetResult(new EffectAnswer.Done());
        await SpinUntil(() => _answers.Count == 4);
        await runner.StopAsync();
        Assert.Empty(runner.Troubles);
        Assert.Equal(new DeploymentInput.Answered("split/1", new EffectAnswer.Done()), _answers.Last());
    }

    [Fact]
    public async Task WhatIsWantedStillIsNotAskedForTwice()
    {
        var runner = Runner();
        runner.Reconcile(Spec, [Split(1)]);
        runner.Reconcile(Spec, [Split(1), new Effect.Watch("watch")]);
        HashSet<string> keys = [(await _handler.NextAsync()).Key, (await _handler.NextAsync()).Key];
        Assert.Equal(["split/1", "watch"], keys.Order());
        await runner.StopAsync();
        Assert.Equal(2, _handler.Count);
    }

    [Fact]
    public async Task WhatIsNoLongerWantedIsCancelled()
    {
        var runner = Runner();
        runner.Reconcile(Spec, [Split(1)]);
        var call = await _handler.NextAsync();
        runner.Reconcile(Spec, []);
        Assert.True(call.Cancelled.IsCancellationRequested);
        await runner.StopAsync();
        Assert.Empty(_answers);
    }

    [Fact]
    public async Task ANewSplitIsNotAskedForBeforeTheOldOneHasLetGo()
    {
        var runner = Runner();
        _handler.IgnoresCancellation = true;
        runner.Reconcile(Spec, [Split(1)]);
        var old = await _handler.NextAsync();
        runner.Reconcile(Spec, [Split(2), new Effect.Watch("watch")]);
        Assert.Equal("watch", (await _handler.NextAsync()).Key);
        Assert.Equal(2, _handler.Count);
        old.Answer.SetResult(new EffectAnswer.Done());
        Assert.Equal("split/2", (await _handler.NextAsync()).Key);
        _handler.EndAll();
        await runner.StopAsync();
    }

    [Fact]
    public async Task WhatWasCancelledBeforeItBeganIsNeverAskedFor()
    {
        var runner = Runner();
        for (var i = 0; i < 200; i++)
            runner.Reconcile(Spec, [Split(i)]);
        await SpinUntil(() => _handler.Keys.LastOrDefault() == "split/199");
        Assert.Equal(_handler.Keys.OrderBy(k => int.Parse(k.AsSpan("split/".Length), System.Globalization.CultureInfo.InvariantCulture)), _handler.Keys);
        await runner.StopAsync();
    }

    [Fact]
    public async Task WhatWasNotAnsweredIsNoFailureIsSaidInWordsAndIsAskedForAgain()
    {
        var runner = Runner();
        runner.Reconcile(Spec, [Split(1)]);
        for (var i = 0; i < 3; i++)
        {
            (await _handler.NextAsync()).Answer.SetException(new AskAgainException("too much to do"));
            await SpinUntil(() => _clock.Timers == i + 1);
            Assert.Equal(["too much to do"], runner.Troubles);
            _clock.Advance(TimeSpan.FromSeconds(10));
        }

        (await _handler.NextAsync()).Answer.SetResult(new EffectAnswer.Done());
        await SpinUntil(() => !_answers.IsEmpty);
        await runner.StopAsync();
        Assert.Empty(runner.Troubles);
        Assert.Equal(new DeploymentInput.Answered("split/1", new EffectAnswer.Done()), Assert.Single(_answers));
    }

    [Fact]
    public async Task AnUnexpectedExceptionIsAFailureInWords()
    {
        var runner = Runner();
        runner.Reconcile(Spec, [Split(1)]);
        (await _handler.NextAsync()).Answer.SetException(new IOException("disk full"));
        await SpinUntil(() => !_answers.IsEmpty);
        Assert.Equal(new DeploymentInput.Answered("split/1", new EffectAnswer.Failed("disk full")), _answers.Single());
        await runner.StopAsync();
    }

    private static Effect.ApplySplit Split(int number) => new Effect.ApplySplit($"split/{number}", TrafficSplit.Only(null));

    private static async Task SpinUntil(Func<bool> holds)
    {
        for (var i = 0; !holds(); i++)
        {
            Assert.True(i < 1_000_000, "it never came to be");
            await Task.Yield();
        }
    }

    private EffectRunner Runner() => new(_handler, input =>
    {
        _answers.Enqueue(input);
        return ValueTask.CompletedTask;
    }, _clock, NullLogger.Instance);
}
