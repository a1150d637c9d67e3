using System.Collections.Concurrent;
using System.Collections.Immutable;
using Slipway.Core.Projects;
using Slipway.Core.Traffic;
using Slipway.Engine.Ports;

namespace Slipway.Engine.Tests.Fakes;

/// <summary>Serves what it was asked last, late when told so, and sometimes not at all.</summary>
internal sealed class FakeRouter(TimeProvider time) : ITrafficRouter
{
    private readonly ConcurrentDictionary<EnvironmentKey, TrafficRequest> _serves = new();
    private readonly ConcurrentQueue<TrafficRequest> _asked = new();
    private int _calls;

    public int Calls => Volatile.Read(ref _calls);

    public TimeSpan Takes { get; set; }

    public Func<TrafficRequest, bool> Refuses { get; set; } = _ => false;

    /// <summary>Says that it was done, and serves what it served before.</summary>
    public Func<TrafficRequest, bool> Lies { get; set; } = _ => false;

    /// <summary>Every split asked for, in order.</summary>
    public ImmutableArray<TrafficRequest> Asked => [.. _asked];

    public TrafficRequest? Serves(EnvironmentKey key) => _serves.GetValueOrDefault(key);

    public Task AnnounceAsync(ImmutableArray<TrafficRequest> all, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _calls);
        foreach (var request in all)
            _serves[Key(request)] = request;
        return Task.CompletedTask;
    }

    public async Task<RouteOutcome> ApplyAsync(TrafficRequest request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _calls);
        _asked.Enqueue(request);
        if (!Lies(request))
            _serves[Key(request)] = request;
        if (Takes > TimeSpan.Zero)
            await Task.Delay(Takes, time, cancellationToken);
        return Refuses(request) ? new RouteOutcome.Unconfirmed("gateway eu-1 did not answer") : new RouteOutcome.Applied();
    }

    /// <summary>Somebody else changes what is served.</summary>
    public void Meddle(EnvironmentKey key, TrafficSplit split) => _serves[key] = _serves[key] with { Split = split };

    public Task<TrafficSplit?> ObserveAsync(EnvironmentKey environment, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _calls);
        return Task.FromResult(_serves.GetValueOrDefault(environment)?.Split);
    }

    public Task DrainAsync(InstanceId instance, ImmutableArray<string> endpoints, TimeSpan limit, CancellationToken cancellationToken) => Task.CompletedTask;

    private static EnvironmentKey Key(TrafficRequest request) => request.Project.Key(request.Environment);
}
