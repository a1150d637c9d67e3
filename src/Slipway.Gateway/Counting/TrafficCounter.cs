using System.Collections.Concurrent;
using System.Collections.Immutable;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Core.Traffic;

namespace Slipway.Gateway.Counting;

/// <summary>
/// Counts requests per environment, version and role of its instances. Requests count without locks or allocation; <see cref="Close"/> turns what was counted
/// since the last call into a <see cref="TrafficSecond"/>.
/// </summary>
public sealed class TrafficCounter(TimeProvider time)
{
    private readonly ConcurrentDictionary<(EnvironmentKey, CandidateId, InstanceRole), SideMeter> _meters = new();
    private ImmutableArray<ITrafficListener> _listeners = [];
    private HashSet<SideMeter> _routed = [];

    /// <summary>Held while the routes change and while a second is closed, so that no meter is dropped that a new table wants.</summary>
    internal Lock Gate { get; } = new();

    /// <summary>Tells the listener each second from now on, until the result is disposed.</summary>
    public IDisposable Subscribe(ITrafficListener listener)
    {
        ArgumentNullException.ThrowIfNull(listener);
        ImmutableInterlocked.Update(ref _listeners, (all, one) => all.Add(one), listener);
        return new Subscription(this, listener);
    }

    /// <summary>Ends the second before <paramref name="now"/> (rounded down to a whole second), tells the listeners, and returns its counts.</summary>
    public TrafficSecond Close(DateTimeOffset now)
    {
        TrafficSecond second;
        lock (Gate)
        {
            var sides = new List<SideCounts>();
            foreach (var (key, meter) in _meters)
            {
                if (meter.Close() is { } counts)
                    sides.Add(counts);
                else if (!_routed.Contains(meter))
                    _meters.TryRemove(key, out _);
            }

            var ordered = sides.OrderBy(s => s.Environment.ToString(), StringComparer.Ordinal).ThenBy(s => s.Candidate.Value, StringComparer.Ordinal).ThenBy(s => s.Role);
            second = new(StartOf(now), [.. ordered]);
        }

        foreach (var listener in _listeners)
            listener.OnSecond(second);
        return second;
    }

    /// <summary>Requests of the version under way in the environment at this moment.</summary>
    public long InFlight(EnvironmentKey environment, CandidateId candidate, InstanceRole role = InstanceRole.Serving) =>
        _meters.TryGetValue((environment, candidate, role), out var meter) ? meter.InFlight : 0;

    /// <summary>Requests under way at this moment to some of the version's addresses.</summary>
    public long InFlight(EnvironmentKey environment, CandidateId candidate, InstanceRole role, IEnumerable<string> endpoints) =>
        _meters.TryGetValue((environment, candidate, role), out var meter) ? endpoints.Sum(meter.InFlightAt) : 0;

    /// <summary>Every version with requests under way.</summary>
    public ImmutableArray<SideInFlight> InFlight() =>
        [.. _meters.Values.Select(m => new SideInFlight(m.Environment, m.Candidate, m.InFlight, m.Role) { ByEndpoint = m.ByEndpoint }).Where(s => s.Count > 0)];

    /// <summary>
    /// Waits until no request of the version is under way in the environment. Publish a table without it first; then, when this is true,
    /// none will follow and the version may be stopped.
    /// </summary>
    /// <param name="atMost">How long to wait; open websockets can take for ever.</param>
    /// <returns>False when the time was over first.</returns>
    public async Task<bool> WaitForDrainAsync(
        EnvironmentKey environment, CandidateId candidate, TimeSpan atMost, CancellationToken cancellation, InstanceRole role = InstanceRole.Serving)
    {
        if (!_meters.TryGetValue((environment, candidate, role), out var meter))
            return true;
        using var over = new CancellationTokenSource(atMost, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellation);
        try
        {
            await meter.DrainAsync(either.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>The version's meter, noted among those that a new table wants. Only under <see cref="Gate"/>.</summary>
    internal SideMeter MeterOf(EnvironmentKey environment, CandidateId candidate, InstanceRole role, HashSet<SideMeter> wanted)
    {
        var meter = _meters.GetOrAdd((environment, candidate, role), key => new(key.Item1, key.Item2, key.Item3));
        wanted.Add(meter);
        return meter;
    }

    /// <summary>Says which meters the routes need; others go when their last request has been counted. Only under <see cref="Gate"/>.</summary>
    internal void Keep(HashSet<SideMeter> routed)
    {
        foreach (var meter in routed)
            meter.Keep();
        _routed = routed;
    }

    private static DateTimeOffset StartOf(DateTimeOffset now) => new(now.Ticks - (now.Ticks % TimeSpan.TicksPerSecond) - TimeSpan.TicksPerSecond, now.Offset);

    private sealed class Subscription(TrafficCounter counter, ITrafficListener listener) : IDisposable
    {
        public void Dispose() => ImmutableInterlocked.Update(ref counter._listeners, (all, one) => all.Remove(one), listener);
    }
}
