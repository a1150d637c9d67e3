using System.Collections.Immutable;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Gateway.Counting;
using Slipway.Gateway.Forwarding;
using Slipway.Gateway.Mirroring;

namespace Slipway.Gateway.Routing;

/// <summary>One version in one environment as a snapshot knows it, with the meter that outlives the snapshot.</summary>
internal sealed class RoutedSide(EnvironmentKey environment, CandidateId candidate, ImmutableArray<RoutedEndpoint> endpoints, SideMeter meter, Surroundings around)
{
    private uint _turn;

    public EnvironmentKey Environment { get; } = environment;

    public CandidateId Candidate { get; } = candidate;

    public SideMeter Meter { get; } = meter;

    /// <summary>What counts the service's routes, by their index; none where none are named.</summary>
    public ImmutableArray<RouteCounter> Routes { get; init; } = [];

    /// <summary>What copies requests that this side answers; null when nothing does.</summary>
    public Mirror? Mirror { get; init; }

    public SideTransformer Transformer { get; } = new(environment.Name, candidate, around);

    /// <summary>Counts a request that ended. First by its route: with the last one the meter may be forgotten.</summary>
    /// <param name="user">Whose request it was; null for a copy.</param>
    /// <param name="route">Index of the service's route; below 0 where none are named.</param>
    public void Leave(Ending ending, int status, double seconds, RequestUser? user, int route)
    {
        if (route >= 0)
            Routes[route].Leave(ending, status, seconds);
        Meter.Leave(ending, status, seconds, user);
    }

    /// <summary>The endpoint whose turn it is.</summary>
    public RoutedEndpoint NextEndpoint() =>
        endpoints.Length == 1 ? endpoints[0] : endpoints[(int)(Interlocked.Increment(ref _turn) % (uint)endpoints.Length)];
}

/// <summary>Where a request goes.</summary>
/// <param name="Side">The version that gets it; null when nothing is deployed that could.</param>
/// <param name="Project">Whose service it is; null when no service answers to the host.</param>
/// <param name="User">Whose request it is.</param>
/// <param name="Route">Index of the service's route that the path belongs to; below 0 where none are named.</param>
internal readonly record struct Target(RoutedSide? Side, ProjectId? Project, RequestUser User, int Route);
