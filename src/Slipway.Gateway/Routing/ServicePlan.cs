using Slipway.Core.Projects;
using Slipway.Core.Traffic;

namespace Slipway.Gateway.Routing;

/// <summary>How one service's requests are shared out among its environments: audiences, then percentages, then the rest.</summary>
internal sealed class ServicePlan
{
    private readonly string _salt;
    private readonly (AudienceMatcher Who, EnvironmentPlan Environment)[] _audiences;
    private readonly (int From, int To, EnvironmentPlan Environment)[] _ranges;
    private readonly EnvironmentPlan[] _rest;

    public ServicePlan(ServiceRoute route, PathRoutes routes, IReadOnlyList<EnvironmentPlan> plans)
    {
        Project = route.Project;
        UserKey = route.UserKey;
        Routes = routes;
        _salt = UserHash.SliceSalt(route.Project);
        var slices = route.Environments.Select((e, i) => (e.Slice, Plan: plans[i])).ToArray();
        _audiences = [.. slices.Where(s => s.Slice is Slice.Audience).Select(s => (new AudienceMatcher(((Slice.Audience)s.Slice).Rule), s.Plan))];
        _ranges = [.. Ranges(slices)];

        // Everyone without hosts of its own is everyone who is left: there is no other way to tell its requests apart.
        _rest = [.. slices.Where(s => s.Slice is Slice.Rest or Slice.Everyone { Hosts.IsDefaultOrEmpty: true }).Select(s => s.Plan)];
    }

    public ProjectId Project { get; }

    public UserKeySource UserKey { get; }

    public PathRoutes Routes { get; }

    /// <summary>The first environment that takes the request and has something to answer it.</summary>
    public RoutedSide? Choose(in RequestFacts facts, ReadOnlySpan<char> user) =>
        ByAudience(facts, user) ?? ByRange(facts, user) ?? ByRest(facts, user);

    private static IEnumerable<(int, int, EnvironmentPlan)> Ranges(IEnumerable<(Slice Slice, EnvironmentPlan Plan)> slices)
    {
        var from = 0;
        foreach (var (slice, plan) in slices)
        {
            if (slice is not Slice.Percent percent)
                continue;
            var to = Math.Min(Weight.Whole, from + percent.Share.Value);
            yield return (from, to, plan);
            from = to;
        }
    }

    private RoutedSide? ByAudience(in RequestFacts facts, ReadOnlySpan<char> user)
    {
        foreach (var (who, environment) in _audiences)
        {
            if (who.Matches(facts, user) && environment.SideFor(facts, user) is { } side)
                return side;
        }

        return null;
    }

    private RoutedSide? ByRange(in RequestFacts facts, ReadOnlySpan<char> user)
    {
        if (_ranges.Length == 0 || user.IsEmpty)
            return null;
        var bucket = UserHash.Bucket(_salt, user);
        foreach (var (from, to, environment) in _ranges)
        {
            if (bucket >= from && bucket < to)
                return environment.SideFor(facts, user);
        }

        return null;
    }

    private RoutedSide? ByRest(in RequestFacts facts, ReadOnlySpan<char> user)
    {
        foreach (var environment in _rest)
        {
            if (environment.SideFor(facts, user) is { } side)
                return side;
        }

        return null;
    }
}
