using System.Collections.Immutable;
using System.Net;
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
    public void WhatWaitsIsBounded()
    {
        ExportPump pump = new(() => [First], _ => true, (_, _, _) => Task.CompletedTask, TimeProvider.System);
        Assert.True(pump.Add(new byte[ExportPump.MostBytes]));
        Assert.False(pump.Add([1]));
    }

    [Fact]
    public void NothingWaitsWhereThereIsNobodyElse()
    {
        ExportPump pump = new(() => [], _ => true, (_, _, _) => Task.CompletedTask, TimeProvider.System);
        Assert.All(Enumerable.Range(0, 3), _ => Assert.True(pump.Add(new byte[ExportPump.MostBytes])));
    }

    /// <summary>Two servers that take what they are sent, or do so and do not say it.</summary>
    private sealed class World
    {
        private readonly Lock _lock = new();
        private readonly Dictionary<SiloAddress, (ExportRepeats Repeats, List<byte[]> Taken)> _servers = new() { [First] = (new(), []), [Second] = (new(), []) };

        public Func<SiloAddress, long, bool> Fails { get; set; } = (_, _) => false;

        public Func<SiloAddress, bool> IsActive { get; init; } = _ => true;

        public ImmutableArray<byte[]> Taken(SiloAddress server)
        {
            lock (_lock)
                return [.. _servers[server].Taken];
        }

        public Running Run() => new(new ExportPump(() => [First, Second], IsActive, Take, TimeProvider.System));

        private Task Take(SiloAddress other, long sequence, byte[] export)
        {
            lock (_lock)
            {
                if (IsActive(other) && _servers[other].Repeats.IsNew("sender", sequence))
                    _servers[other].Taken.Add(export);
            }

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
