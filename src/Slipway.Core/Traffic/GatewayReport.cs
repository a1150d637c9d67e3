using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Slipway.Core.Projects;
using Slipway.Core.Releases;

namespace Slipway.Core.Traffic;

/// <summary>
/// What a gateway tells the server, about once a second and whenever it serves by new routes. Sent until acknowledged, always unchanged: a receiver keeps the first report
/// of each (<see cref="Gateway"/>, <see cref="Boot"/>, <see cref="Sequence"/>) and drops the repeats.
/// </summary>
/// <param name="Gateway">The gateway's id.</param>
/// <param name="Boot">Id of this start of the gateway's process; sequence numbers begin anew with it.</param>
/// <param name="Sequence">1, 2, 3 and so on, without holes.</param>
/// <param name="RoutesVersion">Version of the route table that the gateway serves by.</param>
/// <param name="Seconds">Counts of seconds not reported before, oldest first; none when only the routes are new. At most 10 minutes are kept while the server is away.</param>
/// <param name="InFlight">Versions with requests under way when the report was made.</param>
public sealed record GatewayReport(
    string Gateway,
    string Boot,
    long Sequence,
    long RoutesVersion,
    ImmutableArray<TrafficSecond> Seconds,
    ImmutableArray<SideInFlight> InFlight)
{
    /// <summary>Where the gateway stands: all that it counts was counted there. Null: nobody said.</summary>
    public string? Region { get; init; }

    /// <summary>Version of Slipway that the gateway is of; null: one that does not say, or a gateway in the server's own process.</summary>
    public string? Version { get; init; }

    /// <summary>The gateway's clock when the report was made; null: it does not say.</summary>
    public DateTimeOffset? MadeAt { get; init; }
}

/// <summary>How many requests are under way to one version's instances of one role in one environment.</summary>
public sealed record SideInFlight(
    EnvironmentKey Environment, CandidateId Candidate, long Count,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] InstanceRole Role = InstanceRole.Serving)
{
    /// <summary>How many of them to which address, leaving out those without; null from a gateway of an earlier version, which does not say.</summary>
    public ImmutableSortedDictionary<string, long>? ByEndpoint { get; init; }

    /// <summary>Requests under way to some of its addresses; where nobody says which go where, it may be any of them.</summary>
    public long To(IEnumerable<string> endpoints) => ByEndpoint is { } known ? endpoints.Sum(e => known.GetValueOrDefault(e)) : Count;
}
