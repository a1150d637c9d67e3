using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Time.Testing;
using Slipway.Core.Analysis;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Engine.Deployments;
using Slipway.Engine.Ports;

namespace Slipway.Engine.Tests;

public class SourcePollerTests
{
    private static readonly EnvironmentKey Production = new(new("shop"), new("production"));
    private static readonly Sides Both = new(new(Production, new("2.0.0"), InstanceRole.Serving), new MetricSubject(Production, new("1.0.0"), InstanceRole.Serving));
    private static readonly ImmutableArray<MetricSourceSpec> Sources = [Source("quick"), Source("dead"), Source("broken"), Source("elsewhere")];

    private readonly FakeTimeProvider _time = new(new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero));
    private readonly FakeSource _quick = new("quick", (_, _) => Task.FromResult<Measurement>(new Measurement.Counts(10, 1)));
    private readonly FakeSource _dead = new("dead", (_, _) => new TaskCompletionSource<Measurement>().Task);
    private readonly FakeSource _broken = new("broken", (_, _) => throw new InvalidOperationException("no memory"));

    [Fact]
    public async Task EachCheckIsAskedAtItsOwnPaceForWindowsThatMeet()
    {
        var poller = Poller(Check("quick", 10), Check("quick", 25, "slow"));
        var windows = await PassAsync(poller, 60);
        Assert.Equal([10, 20, 30, 40, 50, 60], windows.Where(w => w.Check == "quick").Select(w => w.At.TotalSeconds));
        Assert.Equal([25, 50], windows.Where(w => w.Check == "slow").Select(w => w.At.TotalSeconds));
        Assert.All(windows, w => Assert.Equal((new Measurement.Counts(10, 1), new Measurement.Counts(10, 1)), ((Measurement.Counts)w.Candidate, (Measurement.Counts)w.Baseline!)));
        var asked = _quick.Asked.Where(r => r.Candidate && r.Query.Ask["who"] == "quick").OrderBy(r => r.To).ToList();
        Assert.All(asked.Zip(asked.Skip(1)), p => Assert.Equal(p.First.To, p.Second.From));
        Assert.All(_quick.Asked, r => Assert.Equal(r.Candidate ? "2.0.0" : "1.0.0", r.Subject.Version.Value));
    }

    [Fact]
    public async Task ASourceIsAskedForWindowsThatItCanKnow()
    {
        FakeSource late = new("quick", (_, _) => Task.FromResult<Measurement>(new Measurement.Counts(10, 1))) { Late = TimeSpan.FromSeconds(25) };
        SourcePoller poller = new([Check("quick", 10)], new Dictionary<string, IMetricSource> { ["quick"] = late }, _time.GetUtcNow(), _time);
        var windows = await PassAsync(poller, 60);
        Assert.Equal([10, 20, 30], windows.Select(w => w.At.TotalSeconds));
        var asked = late.Asked.Where(r => r.Candidate).OrderBy(r => r.To).ToList();
        Assert.All(asked.Zip(asked.Skip(1)), p => Assert.Equal(p.First.To, p.Second.From));
    }

    [Fact]
    public async Task ADeadSourceDelaysNobodyElseAndIsAskedOneQuestionASide()
    {
        var poller = Poller(Check("dead", 10), Check("quick", 10));
        var windows = await PassAsync(poller, 200);
        Assert.Equal(20, windows.Count(w => w.Check == "quick"));
        Assert.Equal(2, _dead.Asked.Count);
        var dead = windows.Where(w => w.Check == "dead").Select(w => ((Measurement.Failed)w.Candidate).Why).ToList();
        Assert.Equal("the source 'dead' did not answer within 60 s", dead[0]);
        Assert.All(dead[1..], why => Assert.Equal("the source 'dead' has not ended an earlier question", why));
        Assert.True(dead.Count > 3);
    }

    [Theory]
    [InlineData(double.NaN, "the source gave a value that is no number")]
    [InlineData(double.PositiveInfinity, "the source gave a value that is no number")]
    public async Task WhatIsNoNumberIsAMeasurementThatFailed(double number, string why)
    {
        FakeSource odd = new("quick", (_, _) => Task.FromResult<Measurement>(new Measurement.Value(number)));
        SourcePoller poller = new([Check("quick", 10)], new Dictionary<string, IMetricSource> { ["quick"] = odd }, _time.GetUtcNow(), _time);
        Assert.Equal(why, ((Measurement.Failed)Assert.Single(await PassAsync(poller, 10)).Candidate).Why);
    }

    [Theory]
    [InlineData("broken", "the source 'broken' broke: no memory")]
    [InlineData("elsewhere", "this server asks no source of the kind 'elsewhere'")]
    [InlineData("gone", "the project has no source 'gone' any more")]
    public async Task WhatCannotBeAskedIsAMeasurementThatFailed(string source, string why)
    {
        var windows = await PassAsync(Poller(Check(source, 10)), 10);
        Assert.Equal(why, ((Measurement.Failed)Assert.Single(windows).Candidate).Why);
    }

    [Fact]
    public async Task WithoutABaselineNothingIsAskedThatComparesOne()
    {
        Assert.Empty(await PassAsync(Poller(Check("quick", 10)), 60, Both with { Baseline = null }));
        Assert.Empty(_quick.Asked);
    }

    [Fact]
    public async Task WhatIsUnderWayEndsWhenItIsNoLongerWanted()
    {
        var poller = Poller(Check("dead", 10));
        using CancellationTokenSource stop = new();
        _time.Advance(TimeSpan.FromSeconds(10));
        poller.Ask(Both, Sources, stop.Token);
        await stop.CancelAsync();
        await poller.WhenIdleAsync();
        Assert.Empty(poller.Take());
    }

    private static MetricSourceSpec Source(string kind) => new(kind, kind, ImmutableSortedDictionary<string, string>.Empty);

    private static CheckSpec.Errors Check(string source, int seconds, string? name = null) => new()
    {
        As = name ?? source, Interval = TimeSpan.FromSeconds(seconds),
        From = new MetricQuery(source, MetricShape.Counts, ImmutableSortedDictionary<string, string>.Empty.Add("who", name ?? source)),
    };

    private SourcePoller Poller(params CheckSpec[] checks) => new([.. checks], new[] { _quick, _dead, _broken }.ToDictionary(s => s.Kind, IMetricSource (s) => s), _time.GetUtcNow(), _time);

    /// <summary>Second by second; what can end in a second has ended before the next.</summary>
    private async Task<List<MetricWindow>> PassAsync(SourcePoller poller, int seconds, Sides? sides = null)
    {
        List<MetricWindow> windows = [];
        for (var i = 0; i < seconds; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            poller.Ask(sides ?? Both, Sources, default);
            for (var turns = 0; turns < 200 || (turns < 100_000 && poller.Open.Any(check => check != "dead")); turns++)
                await Task.Run(static () => Thread.Yield());
            windows.AddRange(poller.Take());
        }

        // The last second's answers may still be on their way on a busy machine.
        for (var turns = 0; turns < 20_000; turns++)
        {
            await Task.Run(static () => Thread.Yield());
            windows.AddRange(poller.Take());
        }

        return windows;
    }

    private sealed class FakeSource(string kind, Func<MetricRequest, CancellationToken, Task<Measurement>> answer) : IMetricSource
    {
        public ConcurrentBag<MetricRequest> Asked { get; } = [];

        public string Kind => kind;

        public TimeSpan Late { get; init; }

        public TimeSpan Delay(MetricSourceSpec source) => Late;

        public string? Refuses(MetricSourceSpec source, MetricQuery query) => null;

        public Task<Measurement> MeasureAsync(MetricRequest request, CancellationToken cancellationToken)
        {
            Asked.Add(request);
            return answer(request, cancellationToken);
        }
    }
}
