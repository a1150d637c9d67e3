using System.Collections.Frozen;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Core.Traffic;
using Slipway.Gateway.Counting;
using Slipway.Gateway.Forwarding;
using Slipway.Gateway.Mirroring;

namespace Slipway.Gateway.Routing;

/// <summary>A <see cref="RouteTable"/> compiled for use: immutable, and replaced as a whole.</summary>
internal sealed class Router
{
    private readonly FrozenDictionary<string, Door>.AlternateLookup<ReadOnlySpan<char>> _doors;
    private readonly Door? _elsewhere;

    private Router(RouteTable table, Dictionary<string, Door> doors, Door? elsewhere)
    {
        Table = table;
        _doors = doors.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();
        _elsewhere = elsewhere;
    }

    public RouteTable Table { get; }

    /// <param name="meterOf">Gives the meter of a version, the same one for as long as the version is in a table or has requests.</param>
    /// <exception cref="FormatException">The table holds a network or an endpoint that cannot be read.</exception>
    public static Router Compile(RouteTable table, Surroundings around, Func<EnvironmentKey, CandidateId, InstanceRole, SideMeter> meterOf)
    {
        var doors = new Dictionary<string, Door>(StringComparer.OrdinalIgnoreCase);
        Door? elsewhere = null;
        foreach (var route in table.Services)
        {
            var routes = new PathRoutes(route.Routes);
            var plans = route.Environments.Select(e => Plan(new(route.Project, e.Environment), e, routes, table.Version, around, meterOf)).ToArray();
            var service = new ServicePlan(route, routes, plans);
            foreach (var (environment, plan) in route.Environments.Zip(plans))
            {
                if (environment.Slice is Slice.Everyone { Hosts.IsDefaultOrEmpty: false } everyone)
                    Open(everyone.Hosts, new(service, plan));
            }

            Open(route.Hosts, new(service, null));
            if (route.Hosts.IsDefaultOrEmpty)
                elsewhere ??= new(service, null);
        }

        return new(table, doors, elsewhere);

        // The first to name a host has it.
        void Open(IEnumerable<string> hosts, Door door)
        {
            foreach (var host in hosts)
                doors.TryAdd(HostName.Of(host).ToString(), door);
        }
    }

    /// <summary>Decides, from nothing but the facts, where a request goes. Pure; allocates nothing.</summary>
    public Target Choose(in RequestFacts facts)
    {
        if (!_doors.TryGetValue(HostName.Of(facts.Host), out var door))
            door = _elsewhere;
        if (door is null)
            return new(null, null, default, PathRoutes.None);
        Span<char> scratch = stackalloc char[UserKey.AddressChars];
        var user = UserKey.Read(door.Service.UserKey, facts, scratch);
        return new(door.Own is { } own ? own.SideFor(facts, user) : door.Service.Choose(facts, user), door.Service.Project, Count(facts, user, scratch), door.Service.Routes.Of(facts.Path));
    }

    /// <summary>Who has no key is told from others by the address.</summary>
    private static RequestUser Count(in RequestFacts facts, ReadOnlySpan<char> user, Span<char> scratch) => !user.IsEmpty
        ? new(ShardCounts.Hash(user), HasKey: true)
        : new(facts.Client is { } client && client.TryFormat(scratch, out var written) ? ShardCounts.Hash(scratch[..written]) : 0, HasKey: false);

    private static EnvironmentPlan Plan(
        EnvironmentKey key, EnvironmentRoute route, PathRoutes routes, long version, Surroundings around, Func<EnvironmentKey, CandidateId, InstanceRole, SideMeter> meterOf)
    {
        var candidate = Routed(route.Candidate);
        var mirror = candidate is not null && route.Mirror > Weight.None ? new Mirror(candidate, route.Mirror, version) : null;
        return new(route, Routed(route.Stable, mirror: mirror), candidate, Routed(route.Baseline, InstanceRole.Baseline));

        RoutedSide? Routed(Side? side, InstanceRole role = InstanceRole.Serving, Mirror? mirror = null) => side is null or { Endpoints.IsDefaultOrEmpty: true }
            ? null
            : Side(side, meterOf(key, side.Candidate, role), mirror);

        RoutedSide Side(Side side, SideMeter meter, Mirror? mirror) =>
            new(key, side.Candidate, meter.Route(side.Endpoints.Select(e => Address(key, e))), meter, around) { Mirror = mirror, Routes = meter.Part(routes.Names) };
    }

    private static string Address(EnvironmentKey key, string endpoint) =>
        Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
            ? endpoint.TrimEnd('/')
            : throw new FormatException($"route table: endpoint '{endpoint}' of {key} is not an address; write it like http://127.0.0.1:20001");

    /// <summary>What stands behind a host: a service, or one environment of it alone.</summary>
    private sealed record Door(ServicePlan Service, EnvironmentPlan? Own);
}
