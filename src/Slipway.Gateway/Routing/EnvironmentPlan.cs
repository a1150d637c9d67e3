using Slipway.Core.Traffic;

namespace Slipway.Gateway.Routing;

/// <summary>How one environment splits the requests it gets between its two sides.</summary>
internal sealed class EnvironmentPlan(EnvironmentRoute route, RoutedSide? stable, RoutedSide? candidate)
{
    private readonly AudienceMatcher? _audience = route.Audience is { } rule ? new(rule) : null;

    /// <summary>
    /// The side for a request, or null when nothing may answer it here. Whoever would be on a candidate side that is not there stays on
    /// the stable side; the reverse never happens, so that a weight is never exceeded.
    /// </summary>
    public RoutedSide? SideFor(in RequestFacts facts, ReadOnlySpan<char> user) =>
        candidate is not null && IsOnCandidate(facts, user) ? candidate : stable;

    private bool IsOnCandidate(in RequestFacts facts, ReadOnlySpan<char> user) =>
        route.Weight == Weight.Full
        || (_audience is not null && _audience.Matches(facts, user))
        || (route.Weight > Weight.None && !user.IsEmpty && UserHash.IsCandidate(route.Salt, user, route.Weight));
}
