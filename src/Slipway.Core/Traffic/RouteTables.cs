using System.Collections.Immutable;
using Slipway.Core.Projects;

namespace Slipway.Core.Traffic;

/// <summary>Puts the routes of environments together into one table.</summary>
public static class RouteTables
{
    /// <summary>Projects that have a front door, each with its environments in the order of its document.</summary>
    public static ImmutableArray<ServiceRoute> Compose(IEnumerable<Project> projects, IReadOnlyDictionary<EnvironmentKey, EnvironmentRoute> routes) =>
        [.. from project in projects
            where project.Service is not null
            orderby project.Id.Value
            select new ServiceRoute
            {
                Project = project.Id,
                Hosts = project.Service!.Hosts,
                UserKey = project.Service.UserKey,
                Routes = project.Service.Routes,
                Environments = [.. project.Environments.Select(e => routes.GetValueOrDefault(project.Key(e)) is { } route
                    ? route with { Slice = e.Slice }
                    : new EnvironmentRoute { Environment = e.Name, Slice = e.Slice })],
            }];

    /// <summary>
    /// One environment's split with the addresses of its sides. A side without an address gets nothing: weight follows readiness. Whom the
    /// baseline would serve is then served by the other instances of its version.
    /// </summary>
    public static EnvironmentRoute Route(
        EnvironmentSpec environment, TrafficSplit split, string salt,
        ImmutableArray<string> stable, ImmutableArray<string> candidate, ImmutableArray<string> baseline)
    {
        var there = split.Candidate is not null && !candidate.IsEmpty;
        var fresh = split.Stable is not null && split.Baseline > Weight.None && !baseline.IsEmpty;
        return new EnvironmentRoute
        {
            Environment = environment.Name,
            Slice = environment.Slice,
            Stable = split.Stable is { } version && !stable.IsEmpty ? new Side(version, stable) : null,
            Candidate = there ? new Side(split.Candidate!.Value, candidate) : null,
            Weight = there ? split.Weight : Weight.None,

            // Not only for the candidate: who belongs to the audience is not on the baseline either.
            Audience = there || fresh ? split.Audience : null,
            Mirror = there ? split.Mirror : Weight.None,
            Baseline = fresh ? new Side(split.Stable!.Value, baseline) : null,
            BaselineWeight = fresh ? split.Baseline : Weight.None,
            Salt = salt,
        };
    }

    /// <summary>The split by which a table serves an environment: what was asked for, less what was not ready. Null when the table does not have it.</summary>
    public static TrafficSplit? Served(RouteTable table, EnvironmentKey environment) =>
        table.Services.FirstOrDefault(s => s.Project == environment.Project)?.Environments.FirstOrDefault(e => e.Environment == environment.Name) is { } route ? Served(route) : null;

    /// <summary>The split by which a route serves.</summary>
    public static TrafficSplit Served(EnvironmentRoute route) =>
        new(route.Stable?.Candidate, route.Candidate?.Candidate, route.Weight, route.Audience) { Mirror = route.Mirror, Baseline = route.BaselineWeight };
}
