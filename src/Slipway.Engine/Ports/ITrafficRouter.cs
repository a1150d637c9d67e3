using System.Collections.Immutable;
using Slipway.Core.Projects;
using Slipway.Core.Traffic;

namespace Slipway.Engine.Ports;

/// <summary>Splits an environment's live traffic between versions.</summary>
public interface ITrafficRouter
{
    /// <summary>
    /// Tells what several environments should serve, at once and without waiting until it is served: after a start, before anything else, so
    /// that nothing half-known is ever served; and when a project's configuration changed. Calls take effect in the order they are made.
    /// </summary>
    Task AnnounceAsync(ImmutableArray<TrafficRequest> all, CancellationToken cancellationToken);

    /// <summary>
    /// This process directs a project's traffic from now on: what another process asks for that did so before is not confirmed any more.
    /// Means nothing where there is only one.
    /// </summary>
    Task TakeOverAsync(ProjectId project, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Makes every live data plane serve the split and returns once that is confirmed, or why it is not. May be asked twice.</summary>
    Task<RouteOutcome> ApplyAsync(TrafficRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// What the data planes serve an environment by now, read back from them: what was asked for, less what was not ready. Null when nobody
    /// knows: none of them is there, or they disagree, or they do not have the environment.
    /// </summary>
    Task<TrafficSplit?> ObserveAsync(EnvironmentKey environment, CancellationToken cancellationToken);

    /// <summary>
    /// Returns when no request is under way any more to some endpoints of a version (none named: to all of them), or the time is over. Those
    /// endpoints have been taken out of what was asked for before.
    /// </summary>
    Task DrainAsync(InstanceId instance, ImmutableArray<string> endpoints, TimeSpan limit, CancellationToken cancellationToken);
}

/// <summary>One environment's traffic, with the addresses of its sides (empty: not ready, gets nothing).</summary>
/// <param name="BaselineEndpoints">Of the fresh instances of the stable version.</param>
public sealed record TrafficRequest(
    Project Project, EnvironmentSpec Environment, TrafficSplit Split, string Salt,
    ImmutableArray<string> StableEndpoints, ImmutableArray<string> CandidateEndpoints, ImmutableArray<string> BaselineEndpoints);

public abstract record RouteOutcome
{
    private RouteOutcome()
    {
    }

    /// <summary>Every live data plane serves it.</summary>
    public sealed record Applied : RouteOutcome;

    /// <summary>Not confirmed in time, and why; it may be served here and there. Asking again is safe.</summary>
    public sealed record Unconfirmed(string Why) : RouteOutcome
    {
        /// <summary>Another process took the project over: it was not done, and asking again is in vain before this one takes it over itself.</summary>
        public bool Superseded { get; init; }
    }
}
