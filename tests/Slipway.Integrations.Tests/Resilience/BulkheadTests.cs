using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Time.Testing;
using Slipway.Core.Analysis;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Core.Traffic;
using Slipway.Engine.Ports;
using Slipway.Integrations.Resilience;
using Slipway.Testing;

namespace Slipway.Integrations.Tests.Resilience;

/// <summary>An adapter that hangs for one counterpart, and whom that concerns: nobody else.</summary>
public class BulkheadTests
{
    private static readonly EnvironmentKey Dead = new(new ProjectId("shop"), new EnvironmentName("dead"));
    private static readonly EnvironmentKey Well = new(new ProjectId("shop"), new EnvironmentName("well"));

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task ADeployerThatHangsInOneEnvironmentStartsAndStopsWhatItIsAskedForElsewhere()
    {
        HangingDeployer hanging = new();
        GuardedDeployer deployer = new(hanging, _time);
        var stuck = Enumerable.Range(0, 24).Select(i => deployer.EnsureAsync(Request(Dead, $"1.0.{i}"), default)).ToList();

        Assert.IsType<DeployOutcome.Ready>(await deployer.EnsureAsync(Request(Well, "1.0.0"), default));
        await deployer.StopAsync(new InstanceId(Dead, new CandidateId("1.0.0")), default);
        Assert.Equal(8, hanging.Starting);
        var full = await Assert.ThrowsAsync<AskAgainException>(() => deployer.EnsureAsync(Request(Dead, "1.0.24"), default));
        Assert.StartsWith("SLIP0541: starting instances in shop/dead: 8 requests are under way and 16 wait", full.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(stuck, s => s.IsCompleted);
    }

    [Fact]
    public async Task AStartThatIsNotAnsweredEndsWithTheTimeOfItsRecipeAndTheNextOneBegins()
    {
        HangingDeployer hanging = new();
        GuardedDeployer deployer = new(hanging, _time);
        var stuck = Enumerable.Range(0, 9).Select(i => deployer.EnsureAsync(Request(Dead, $"1.0.{i}"), default)).ToList();
        _time.Advance(Request(Dead, "1.0.0").Deploy.StartDeadline);

        foreach (var start in stuck.Take(8))
            Assert.StartsWith("SLIP0542: the deployer: no answer within 420 s", (await Assert.ThrowsAsync<AskAgainException>(() => start)).Message, StringComparison.Ordinal);
        await Eventually.IsAsync("the ninth has begun", () => hanging.Starting == 1);
        Assert.False(stuck[8].IsCompleted);
        hanging.Dead.Clear();
        Assert.IsType<DeployOutcome.Ready>(await deployer.EnsureAsync(Request(Dead, "2.0.0"), default));
    }

    [Fact]
    public async Task WhoStopsWaitingForItsTurnLeavesTheQueue()
    {
        GuardedDeployer deployer = new(new HangingDeployer(), _time);
        _ = Enumerable.Range(0, 8).Select(i => deployer.EnsureAsync(Request(Dead, $"1.0.{i}"), default)).ToList();
        using CancellationTokenSource enough = new();
        var waiting = Enumerable.Range(0, 16).Select(i => deployer.EnsureAsync(Request(Dead, $"2.0.{i}"), enough.Token)).ToList();
        await enough.CancelAsync();

        foreach (var one in waiting)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one);
        Assert.False(deployer.EnsureAsync(Request(Dead, "3.0.0"), default).IsCompleted);
    }

    [Fact]
    public async Task AMetricSourceThatIsDeadIsBlindByItself()
    {
        GuardedMetricSource source = new(new HangingSource(), _time);
        var blind = Enumerable.Range(0, 72).Select(_ => source.MeasureAsync(Ask("dead"), default)).ToList();

        Assert.IsType<Measurement.Value>(await source.MeasureAsync(Ask("well"), default));
        Assert.StartsWith("SLIP0541: metric source dead", Assert.IsType<Measurement.Failed>(await source.MeasureAsync(Ask("dead"), default)).Why, StringComparison.Ordinal);
        for (var i = 0; i < 9; i++)
        {
            var round = blind.Skip(i * 8).Take(8).ToList();
            await Eventually.IsAsync("they have ended", () =>
            {
                _time.Advance(Patience.Answer);
                return round.TrueForAll(b => b.IsCompleted);
            });
        }

        Assert.All(await Task.WhenAll(blind), b => Assert.StartsWith("SLIP0542: metric source dead: no answer within 30 s", Assert.IsType<Measurement.Failed>(b).Why, StringComparison.Ordinal));
    }

    [Fact]
    public async Task TheRouterIsToldInTheOrderOfTheCallsEvenWhenItHangs()
    {
        HangingRouter hanging = new();
        GuardedRouter router = new(hanging, _time);
        var applying = Enumerable.Range(0, 1000).Select(i => router.ApplyAsync(Split(i), default)).ToList();

        Assert.Equal(Enumerable.Range(0, 1000), hanging.Told.Select(r => r.Split.Weight.Value));
        _time.Advance(Patience.Confirmation);
        foreach (var one in applying)
            Assert.StartsWith("SLIP0542: the router of shop/well: no answer within 45 s", (await Assert.ThrowsAsync<AskAgainException>(() => one)).Message, StringComparison.Ordinal);
        Assert.All(hanging.Tokens, token => Assert.True(token.IsCancellationRequested));
    }

    [Fact]
    public async Task WhatIsServedIsUnknownWhereNobodyAnswersAndNobodyWaitsForThat()
    {
        GuardedRouter router = new(new HangingRouter(), _time);
        var looks = Enumerable.Range(0, 256).Select(_ => router.ObserveAsync(Dead, default)).ToList();

        Assert.Null(await router.ObserveAsync(Well, default));
        _time.Advance(Patience.Look);
        Assert.All(await Task.WhenAll(looks), Assert.Null);
        Assert.NotNull(await router.ObserveAsync(Well, default));
    }

    private static InstanceRequest Request(EnvironmentKey environment, string version) =>
        new(new InstanceId(environment, new CandidateId(version)), new Artifact(ArtifactKind.Archive, "sha256:1", null, 1), new DeploySpec.Process { Command = ["shop"] });

    private static MetricRequest Ask(string source) => new(
        new MetricSourceSpec(source, "prometheus", ImmutableSortedDictionary<string, string>.Empty), new MetricQuery(source, MetricShape.Value, ImmutableSortedDictionary<string, string>.Empty),
        new MetricSubject(Well, new CandidateId("1.0.0"), InstanceRole.Serving), true, default, default);

    private static TrafficRequest Split(int weight)
    {
        EnvironmentSpec environment = new() { Name = Well.Name, Slice = new Slice.Rest(), Strategy = [], Deploy = new DeploySpec.Process { Command = ["shop"] } };
        return new TrafficRequest(new Project { Id = Well.Project, Environments = [environment] }, environment, new TrafficSplit(null, new CandidateId("1.0.0"), new Weight(weight), null), "", [], [], []);
    }

    private sealed class HangingDeployer : IDeployer
    {
        private int _starting;

        public ConcurrentDictionary<EnvironmentKey, bool> Dead { get; } = new([new(BulkheadTests.Dead, true)]);

        public int Starting => Volatile.Read(ref _starting);

        public async Task<DeployOutcome> EnsureAsync(InstanceRequest request, CancellationToken cancellationToken)
        {
            if (!Dead.ContainsKey(request.Id.Environment))
                return new DeployOutcome.Ready(["http://127.0.0.1:1"]);
            Interlocked.Increment(ref _starting);
            try
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }
            finally
            {
                Interlocked.Decrement(ref _starting);
            }

            return new DeployOutcome.Failed("never");
        }

        public Task StopAsync(InstanceId id, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task<ImmutableArray<InstanceStatus>> ListAsync(CancellationToken cancellationToken) => Task.FromResult(ImmutableArray<InstanceStatus>.Empty);

        public IAsyncEnumerable<InstanceStatus> WatchExitsAsync(CancellationToken cancellationToken) => AsyncEnumerable.Empty<InstanceStatus>();
    }

    private sealed class HangingSource : IMetricSource
    {
        public string Kind => "prometheus";

        public string? Refuses(MetricSourceSpec source, MetricQuery query) => null;

        public async Task<Measurement> MeasureAsync(MetricRequest request, CancellationToken cancellationToken)
        {
            if (request.Source.Name == "dead")
                await Task.Delay(Timeout.Infinite, cancellationToken);
            return new Measurement.Value(1);
        }
    }

    private sealed class HangingRouter : ITrafficRouter
    {
        public ConcurrentQueue<TrafficRequest> Told { get; } = new();

        public ConcurrentQueue<CancellationToken> Tokens { get; } = new();

        public Task AnnounceAsync(ImmutableArray<TrafficRequest> all, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task<RouteOutcome> ApplyAsync(TrafficRequest request, CancellationToken cancellationToken)
        {
            Told.Enqueue(request);
            Tokens.Enqueue(cancellationToken);
            return new TaskCompletionSource<RouteOutcome>().Task;
        }

        public Task<TrafficSplit?> ObserveAsync(EnvironmentKey environment, CancellationToken cancellationToken) => environment == Dead
            ? new TaskCompletionSource<TrafficSplit?>().Task
            : Task.FromResult<TrafficSplit?>(TrafficSplit.Only(new CandidateId("1.0.0")));

        public Task DrainAsync(InstanceId instance, ImmutableArray<string> endpoints, TimeSpan limit, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
