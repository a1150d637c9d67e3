using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Core.Traffic;
using Slipway.Gateway.Counting;

namespace Slipway.Gateway.Tests.Counting;

public class TrafficCounterTests
{
    private static readonly EnvironmentKey Production = Tables.Key("production");

    [Fact]
    public void ASecondHoldsWhatHappenedInItAndNothingTwice()
    {
        var counter = new TrafficCounter(TimeProvider.System);
        var meter = Routed(counter, "1");
        meter.Enter();
        meter.Enter();
        meter.Leave(Ending.Answered, 503, 0.25);

        var first = Assert.Single(counter.Close(Front.Noon).Sides);
        meter.Leave(Ending.NoAnswer, 0, 5);
        var second = Assert.Single(counter.Close(Front.Noon).Sides);
        var third = counter.Close(Front.Noon).Sides;

        Assert.Equal((2, 1, 1, 0, 1), (first.Started, first.Completed, first.ServerErrors, first.NoAnswer, first.InFlight));
        Assert.Equal((0, 1, 0, 1, 0), (second.Started, second.Completed, second.ServerErrors, second.NoAnswer, second.InFlight));
        Assert.Empty(third);
    }

    [Fact]
    public void WhatEndsIsCountedByTheShardOfItsUserToo()
    {
        var counter = new TrafficCounter(TimeProvider.System);
        var meter = Routed(counter, "1");
        (Ending Ending, int Status, double Seconds, int Shard)[] endings =
            [(Ending.Answered, 200, 0.1, 3), (Ending.Answered, 503, 0.1, 3), (Ending.NoAnswer, 0, 5, 15), (Ending.Abandoned, 0, 1, 4), (Ending.Answered, 200, 1, -1)];
        foreach (var (ending, status, seconds, shard) in endings)
        {
            meter.Enter();
            meter.Leave(ending, status, seconds, shard < 0 ? null : new RequestUser((uint)shard, HasKey: true));
        }

        var side = Assert.Single(counter.Close(Front.Noon).Sides);

        Assert.Equal((4, 1, 1), (side.Completed, side.ServerErrors, side.NoAnswer));
        Assert.Equal([(3, 1L), (15, 1L)], side.Shards!.Errors.Index().Where(e => e.Item > 0));
        Assert.Equal(
            [((3 * ShardCounts.Steps) + ShardCounts.Speed(LatencyHistogram.IndexOf(0.1)), 2L), ((15 * ShardCounts.Steps) + ShardCounts.Steps - 1, 1L)],
            side.Shards.Speeds.Index().Where(c => c.Item > 0));
    }

    [Fact]
    public void WhatEndsIsCountedByTheInstanceThatItWasSentTo()
    {
        var counter = new TrafficCounter(TimeProvider.System);
        var meter = Routed(counter, "1");
        var endpoints = meter.Route(Enumerable.Range(1, ShardCounts.LeastInstances).Select(i => $"http://10.0.0.{i}"));
        meter.Keep();
        (Ending Ending, int Status, int Endpoint)[] endings = [(Ending.Answered, 200, 0), (Ending.Answered, 503, 0), (Ending.NoAnswer, 0, 1), (Ending.Abandoned, 0, 2)];
        foreach (var (ending, status, endpoint) in endings)
        {
            meter.Enter();
            endpoints[endpoint].Enter();
            endpoints[endpoint].Leave(ending, status, 0.1);
            meter.Leave(ending, status, 0.1);
        }

        var instances = Assert.Single(counter.Close(Front.Noon).Sides).Instances!;
        var (first, second) = (ShardCounts.OfInstance("http://10.0.0.1"), ShardCounts.OfInstance("http://10.0.0.2"));

        Assert.NotEqual(first, second);
        Assert.Equal((1, 1, 2), (instances.Errors[first], instances.Errors[second], instances.Errors.Sum()));
        Assert.Equal((2, 1, 3), (Requests(first), Requests(second), instances.Speeds.Sum()));

        long Requests(int shard) => instances.Speeds.Skip(shard * ShardCounts.Steps).Take(ShardCounts.Steps).Sum();
    }

    [Fact]
    public void TooFewInstancesAreNotComparedWithEachOther()
    {
        var counter = new TrafficCounter(TimeProvider.System);
        var meter = Routed(counter, "1");
        var endpoint = meter.Route(Enumerable.Range(1, ShardCounts.LeastInstances - 1).Select(i => $"http://10.0.0.{i}"))[0];
        meter.Keep();
        meter.Enter();
        endpoint.Enter();
        endpoint.Leave(Ending.Answered, 200, 0.1);
        meter.Leave(Ending.Answered, 200, 0.1);

        Assert.Null(Assert.Single(counter.Close(Front.Noon).Sides).Instances);
    }

    [Fact]
    public void ALatencyFallsIntoItsBucket()
    {
        var counter = new TrafficCounter(TimeProvider.System);
        var meter = Routed(counter, "1");
        foreach (var seconds in (double[])[0, 0.010, 0.0101, 1, 1000])
        {
            meter.Enter();
            meter.Leave(Ending.Answered, 200, seconds);
        }

        var latency = Assert.Single(counter.Close(Front.Noon).Sides).Latency;

        var expected = new[] { LatencyHistogram.MinIndex, LatencyHistogram.IndexOf(0.010), LatencyHistogram.IndexOf(0.0101), LatencyHistogram.IndexOf(1), LatencyHistogram.MaxIndex };
        Assert.Equal(expected.CountBy(i => i).ToDictionary(), latency.Counts.Index().Where(c => c.Item > 0).ToDictionary(c => c.Index + latency.Offset, c => (int)c.Item));
    }

    [Fact]
    public async Task CountsOfManyThreadsAddUpHoweverOftenASecondIsClosed()
    {
        const int threads = 4;
        const int each = 50_000;
        var counter = new TrafficCounter(TimeProvider.System);
        var meter = Routed(counter, "1");
        var seconds = new List<SideCounts>();
        var counting = Task.WhenAll(Enumerable.Range(0, threads).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < each; i++)
            {
                meter.Enter();
                if (i % 10 == 9)
                    meter.Withdraw();
                else
                    meter.Leave((Ending)(i % 3), 200 + (100 * (i % 4)), i / 1e6);
            }
        })));

        while (!counting.IsCompleted)
            seconds.AddRange(counter.Close(Front.Noon).Sides);
        await counting;
        seconds.AddRange(counter.Close(Front.Noon).Sides);

        var ends = Enumerable.Range(0, each).Where(i => i % 10 != 9).ToArray();
        Assert.Equal(threads * ends.Length, seconds.Sum(s => s.Started));
        Assert.Equal(threads * ends.Count(i => i % 3 != (int)Ending.Abandoned), seconds.Sum(s => s.Completed));
        Assert.Equal(threads * ends.Count(i => i % 3 == (int)Ending.NoAnswer), seconds.Sum(s => s.NoAnswer));
        Assert.Equal(threads * ends.Count(i => i % 3 == 0), seconds.Sum(s => s.Latency.Total));
        Assert.All(seconds, s => Assert.True(s.Started >= 0 && s.ServerErrors + s.ClientErrors + s.NoAnswer <= s.Completed && s.Completed - s.NoAnswer == s.Latency.Total));
        Assert.Equal(0, meter.InFlight);
    }

    [Fact]
    public void CountingAllocatesNothing()
    {
        var meter = Routed(new(TimeProvider.System), "1");
        Count(100);

        var before = GC.GetAllocatedBytesForCurrentThread();
        Count(10_000);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Count(int times)
        {
            for (var i = 0; i < times; i++)
            {
                meter.Enter();
                meter.Leave(Ending.Answered, 200 + (100 * (i % 4)), i / 1e5, new RequestUser((uint)i * 977, HasKey: i % 5 > 0));
            }
        }
    }

    [Fact]
    public void AVersionThatLeftTheRoutesIsCountedToItsLastRequestAndThenForgotten()
    {
        var counter = new TrafficCounter(TimeProvider.System);
        var meter = Routed(counter, "1");
        meter.Enter();
        Routed(counter, "2");
        counter.Close(Front.Noon);
        Assert.Equal(1, counter.InFlight(Production, new("1")));

        meter.Leave(Ending.Answered, 200, 1);
        Assert.Equal(1, counter.Close(Front.Noon).Sides.Single().Completed);
        counter.Close(Front.Noon);

        Assert.NotSame(meter, Routed(counter, "1"));
        Assert.Empty(counter.InFlight());
    }

    [Fact]
    public void AnEndpointThatLeftTheRoutesIsCountedToItsLastRequestAndThenForgotten()
    {
        var counter = new TrafficCounter(TimeProvider.System);
        var meter = Routed(counter, "1");
        var leaving = meter.Route(["http://one", "http://two"])[1];
        meter.Keep();
        meter.Enter();
        leaving.Enter();
        meter.Route(["http://one"]);
        meter.Keep();
        counter.Close(Front.Noon);

        Assert.Equal((0, 1), (InFlight("http://one"), InFlight("http://two")));
        Assert.Equal([KeyValuePair.Create("http://two", 1L)], counter.InFlight().Single().ByEndpoint!);
        leaving.Leave(Ending.Answered, 200, 1);
        meter.Leave(Ending.Answered, 200, 1);
        counter.Close(Front.Noon);
        Assert.Equal(0, InFlight("http://two"));
        Assert.NotSame(leaving, meter.Route(["http://two"]).Single());

        long InFlight(string endpoint) => counter.InFlight(Production, new("1"), InstanceRole.Serving, [endpoint]);
    }

    [Fact]
    public void AListenerHearsNothingAfterItIsGone()
    {
        var counter = new TrafficCounter(TimeProvider.System);
        var listener = new Listener();
        var subscription = counter.Subscribe(listener);
        counter.Close(Front.Noon.AddMilliseconds(1_999));
        subscription.Dispose();

        counter.Close(Front.Noon.AddSeconds(5));

        Assert.Equal([Front.Noon], listener.Heard);
    }

    internal static SideMeter Routed(TrafficCounter counter, string version)
    {
        lock (counter.Gate)
        {
            var wanted = new HashSet<SideMeter>();
            var meter = counter.MeterOf(Production, new(version), InstanceRole.Serving, wanted);
            counter.Keep(wanted);
            return meter;
        }
    }

    private sealed class Listener : ITrafficListener
    {
        public List<DateTimeOffset> Heard { get; } = [];

        public void OnSecond(TrafficSecond second) => Heard.Add(second.At);
    }
}
