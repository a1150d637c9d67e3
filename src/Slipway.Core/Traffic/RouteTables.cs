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
                Environments = [.. project.Environments.Select(e => routes.GetValueOrDefault(project.Key(e)) is { } route
                    ? route with { Slice = e.Slice }
                    : new EnvironmentRoute { Environment = e.Name, Slice = e.Slice })],
            }];

    /// <summary>One environment's split with the addresses of its sides. A side without an address gets nothing: weight follows readiness.</summary>
    public static EnvironmentRoute Route(EnvironmentSpec environment, TrafficSplit split, string salt, ImmutableArray<string> stable, ImmutableArray<string> candidate)
    {
        var there = split.Candidate is not null && !candidate.IsEmpty;
        return new EnvironmentRoute
        {
            Environment = environment.Name,
            Slice = environment.Slice,
            Stable = split.Stable is { } version && !stable.IsEmpty ? new Side(version, stable) : null,
            Candidate = there ? new Side(split.Candidate!.Value, candidate) : null,
            Weight = there ? split.Weight : Weight.None,
            Audience = there ? split.Audience : null,
            Salt = salt,
        };
    }
}
