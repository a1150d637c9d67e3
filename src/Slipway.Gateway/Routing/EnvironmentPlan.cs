using Slipway.Core.Traffic;

namespace Slipway.Gateway.Routing;

/// <summary>How one environment splits the requests it gets between its sides.</summary>
internal sealed class EnvironmentPlan(EnvironmentRoute route, RoutedSide? stable, RoutedSide? candidate, RoutedSide? baseline)
{
    private readonly AudienceMatcher? _audience = route.Audience is { } rule ? new(rule) : null;

    /// <summary>Users below this bucket are on the candidate side or, above the weight, on the baseline; 0 when nobody's bucket matters.</summary>
    private readonly int _told = baseline is not null ? Math.Min(Weight.Whole, route.Weight.Value + route.BaselineWeight.Value)
        : candidate is not null ? route.Weight.Value : 0;

    /// <summary>
    /// The side for a request, or null when nothing may answer it here. Whoever would be on a candidate or baseline side that is not there
    /// stays on the stable side; the reverse never happens, so that a weight is never exceeded.
    /// </summary>
    public RoutedSide? SideFor(in RequestFacts facts, ReadOnlySpan<char> user)
    {
        if (route.Weight == Weight.Full || (_audience is not null && _audience.Matches(facts, user)))
            return candidate ?? stable;
        if (_told == 0 || user.IsEmpty)
            return stable;
        var bucket = UserHash.Bucket(route.Salt, user);
        return (bucket < route.Weight.Value ? candidate : bucket < _told ? baseline : null) ?? stable;
    }
}
