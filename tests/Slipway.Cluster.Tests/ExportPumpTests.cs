using System.Collections.Immutable;
using System.Net;
using Microsoft.Extensions.Time.Testing;
using Orleans.Runtime;
using Slipway.Cluster.Exports;
using Slipway.Testing;

namespace Slipway.Cluster.Tests;

public class ExportPumpTests
{
    private static readonly SiloAddress First = SiloAddress.New(IPAddress.Loopback, 1, 1);
    private static readonly SiloAddress Second = SiloAddress.New(IPAddress.Loopback, 2, 1);

    [Fact]
    public async Task EveryOtherServerGetsEveryExportOnceAndInOrderThoughAnswersAreLost()
    {
        World world = new();
        var sends = 0;
        world.Fails = (_, _) => Interlocked.Increment(ref sends) % 3 == 0;
        await using var running = world.Run();
        foreach (var n in Enumerable.Range(1, 20))
            Assert.True(running.Pump.Add([(byte)n]));

        await Eventually.IsAsync("both have all", () => world.Taken(First).Length == 20 && world.Taken(Second).Length == 20);
        Assert.Equal(Enumerable.Range(1, 20), world.Taken(First).Select(e => (int)e[0]));
        Assert.Equal(Enumerable.Range(1, 20), world.Taken(Second).Select(e => (int)e[0]));
    }

    [Fact]
    public async Task AServerThatIsGoneHoldsUpNobody()
    {
        World world = new() { Fails = (other, _) => other.Equals(First), IsActive = other => other.Equals(Second) };
        await using var running = world.Run();
        Assert.True(running.Pump.Add([1]));
        Assert.True(running.Pump.Add([2]));

        await Eventually.IsAsync("the other one has both", () => world.Taken(Second).Length == 2);
        Assert.Empty(world.Taken(First));
    }

    [Fact]
    public async Task AServerThatDoesNotAnswerHoldsUpNoOther()
    {
        World world = new(new FakeTimeProvider()) { Answers = other => other.Equals(Second) };
        await using var running = world.Run();
        foreach (var n in Enumerable.Range(1, 20))
            Assert.True(running.Pump.Add([(byte)n]));

        await Eventually.IsAsync("the other one has all", () => world.Taken(Second).Length == 20);
    }

    [Fact]
    public async Task WhatWaitedForTooLongIsNotSentAndWhatCameAfterItIs()
    {
        FakeTimeProvider time = new();
        var works = false;
        World world = new(time) { Fails = (_, _) => !Volatile.Read(ref works), Keeps = () => Volatile.Read(ref works) };
        await using var running = world.Run();
        Assert.True(running.Pump.Add([1]));
        Assert.True(running.Pump.Add([2]));
        await Eventually.IsAsync("the first was tried", () => world.Sends > 1);

        time.Advance(TimeSpan.FromSeconds(31));
        Volatile.Write(ref works, true);
        Assert.True(running.Pump.Add([3]));

        await Eventually.IsAsync("the third arrived", () =>
        {
            time.Advance(TimeSpan.FromMilliseconds(50));
            return world.Taken(First).Length > 0 && world.Taken(Second).Length > 0;
        });
        Assert.All([First, Second], server => Assert.Equal([3], Assert.Single(world.Taken(server))));
    }

    [Fact]
    public async Task AServerThatComesLaterGetsWhatIsExportedFromThen()
    {
        ImmutableArray<SiloAddress> others = [First];
        World world = new() { Others = () => others };
        await using var running = world.Run();
        Assert.True(running.Pump.Add([1]));
        await Eventually.IsAsync("the first has its own", () => world.Taken(First).Length == 1);
        others = [Second];
        Assert.True(running.Pump.Add([2]));
        others = [First, Second];
        Assert.True(running.Pump.Add([3]));

        await Eventually.IsAsync("both have theirs", () => world.Taken(First).Length == 2 && world.Taken(Second).Length == 2);
        Assert.Equal([1, 3], world.Taken(First).Select(e => (int)e[0]));
        Assert.Equal([2, 3], world.Taken(Second).Select(e => (int)e[0]));
    }

    [Fact]
    public void AnExportThatCouldNotBeTakenIsTakenWhenItIsSentAgain()
    {
        ExportRepeats repeats = new();
        var taken = 0;
        Assert.Throws<InvalidOperationException>(() => repeats.Once("a", 1, () => throw new InvalidOperationException()));

        repeats.Once("a", 1, () => taken++);
        repeats.Once("a", 1, () => taken++);

        Assert.Equal(1, taken);
    }

    [Fact]
    public void WhatWaitsIsBounded()
    {
        ExportPump pump = new(() => [First], _ => true, (_, _, _) => Task.CompletedTask, TimeProvider.System);
        Assert.True(pump.Add(new byte[ExportLine.MostBytes]));
        Assert.False(pump.Add([1]));
    }

    [Fact]
    public void NothingWaitsWhereThereIsNobodyElse()
    {
        ExportPump pump = new(() => [], _ => true, (_, _, _) => Task.CompletedTask, TimeProvider.System);
        Assert.All(Enumerable.Range(0, 3), _ => Assert.True(pump.Add(new byte[ExportLine.MostBytes])));
    }

    /// <summary>Two servers that take what they are sent, or do so and do not say it.</summary>
    private sealed class World(TimeProvider? time = null)
    {
        private readonly Lock _lock = new();
        private readonly Dictionary<SiloAddress, (ExportRepeats Repeats, List<byte[]> Taken)> _servers = new() { [First] = (new(), []), [Second] = (new(), []) };
        private int _sends;

        public Func<SiloAddress, long, bool> Fails { get; set; } = (_, _) => false;

        public Func<SiloAddress, bool> IsActive { get; init; } = _ => true;

        /// <summary>One that does not answer leaves whoever asks waiting.</summary>
        public Func<SiloAddress, bool> Answers { get; init; } = _ => true;

        /// <summary>Whether they keep what they are sent.</summary>
        public Func<bool> Keeps { get; init; } = () => true;

        public Func<ImmutableArray<SiloAddress>> Others { get; init; } = () => [First, Second];

        public int Sends => Volatile.Read(ref _sends);

        public ImmutableArray<byte[]> Taken(SiloAddress server)
        {
            lock (_lock)
                return [.. _servers[server].Taken];
        }

        public Running Run() => new(new ExportPump(Others, IsActive, Take, time ?? TimeProvider.System));

        private Task Take(SiloAddress other, long sequence, byte[] export)
        {
            lock (_lock)
            {
                if (IsActive(other) && Keeps())
                    _servers[other].Repeats.Once("sender", sequence, () => _servers[other].Taken.Add(export));
            }

            Interlocked.Increment(ref _sends);
            if (!Answers(other))
                return new TaskCompletionSource().Task;
            return Fails(other, sequence) ? Task.FromException(new TimeoutException("the answer was lost")) : Task.CompletedTask;
        }
    }

    private sealed class Running : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _work;

        public Running(ExportPump pump) => (Pump, _work) = (pump, pump.RunAsync(_stop.Token));

        public ExportPump Pump { get; }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _stop.Dispose();
        }
    }
}
