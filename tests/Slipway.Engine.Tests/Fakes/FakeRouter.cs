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
    private readonly Lock _lock = new();
    private readonly List<TrafficRequest> _mayServe = [];
    private int _calls;

    public int Calls => Volatile.Read(ref _calls);

    public TimeSpan Takes { get; set; }

    /// <summary>How long it takes to take a project over.</summary>
    public TimeSpan TakeOverTakes { get; set; }

    public Func<TrafficRequest, bool> Refuses { get; set; } = _ => false;

    /// <summary>Whether nothing that it is asked arrives.</summary>
    public bool IsAway { get; set; }

    /// <summary>Whether another process took everything over.</summary>
    public bool Superseded { get; set; }

    /// <summary>Says that it was done, and serves what it served before.</summary>
    public Func<TrafficRequest, bool> Lies { get; set; } = _ => false;

    /// <summary>Every split asked for, in order.</summary>
    public ImmutableArray<TrafficRequest> Asked => [.. _asked];

    /// <summary>Whether some data plane may still send users to an address: it was asked to, and has not said that it does otherwise since.</summary>
    public bool MaySend(string endpoint)
    {
        lock (_lock)
            return _mayServe.Any(r => (r.Split.Stable is not null && r.StableEndpoints.Contains(endpoint)) || (r.Split.Candidate is not null && r.CandidateEndpoints.Contains(endpoint))
                || (r.Split.Baseline > Weight.None && r.BaselineEndpoints.Contains(endpoint)));
    }

    /// <summary>Called with whatever is served from now on.</summary>
    public Action<TrafficRequest> Serving { get; set; } = _ => { };

    public TrafficRequest? Serves(EnvironmentKey key) => _serves.GetValueOrDefault(key);

    public Task AnnounceAsync(ImmutableArray<TrafficRequest> all, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _calls);
        foreach (var request in all)
        {
            Begin(request);
            End(request);
        }

        return Task.CompletedTask;
    }

    public Task TakeOverAsync(ProjectId project, CancellationToken cancellationToken) =>
        TakeOverTakes > TimeSpan.Zero ? Task.Delay(TakeOverTakes, time, cancellationToken) : Task.CompletedTask;

    public async Task<RouteOutcome> ApplyAsync(TrafficRequest request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _calls);
        if (IsAway)
            throw new IOException("the router is away");
        _asked.Enqueue(request);
        if (Superseded)
            return new RouteOutcome.Unconfirmed("another server directs it") { Superseded = true };
        Begin(request);
        if (Takes > TimeSpan.Zero)
            await Task.Delay(Takes, time, cancellationToken);
        if (Refuses(request))
            return new RouteOutcome.Unconfirmed("gateway eu-1 did not answer");
        End(request);
        return new RouteOutcome.Applied();
    }

    /// <summary>Somebody else changes what is served.</summary>
    public void Meddle(EnvironmentKey key, TrafficSplit split) => _serves[key] = _serves[key] with { Split = split };

    public Task<TrafficSplit?> ObserveAsync(EnvironmentKey environment, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _calls);
        return Task.FromResult(_serves.GetValueOrDefault(environment)?.Split);
    }

    /// <summary>Whether the last users never come to their end.</summary>
    public bool NeverDrains { get; set; }

    public Task DrainAsync(InstanceId instance, ImmutableArray<string> endpoints, TimeSpan limit, CancellationToken cancellationToken) =>
        NeverDrains ? Task.Delay(limit, time, cancellationToken) : Task.CompletedTask;

    private void Begin(TrafficRequest request)
    {
        if (Lies(request))
            return;
        lock (_lock)
            _mayServe.Add(request);
        _serves[Key(request)] = request;
        Serving(request);
    }

    /// <summary>What was asked for earlier is served by nobody any more.</summary>
    private void End(TrafficRequest request)
    {
        lock (_lock)
        {
            var at = _mayServe.IndexOf(request);
            for (var i = at - 1; i >= 0; i--)
            {
                if (Key(_mayServe[i]) == Key(request))
                    _mayServe.RemoveAt(i);
            }
        }
    }

    private static EnvironmentKey Key(TrafficRequest request) => request.Project.Key(request.Environment);
}
