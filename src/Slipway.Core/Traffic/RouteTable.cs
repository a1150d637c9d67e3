using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Slipway.Core.Projects;
using Slipway.Core.Releases;

namespace Slipway.Core.Traffic;

/// <summary>Everything a gateway needs to know. Immutable; a gateway takes only a table of a higher version than the one it has.</summary>
public sealed record RouteTable
{
    public required long Version { get; init; }

    public ImmutableArray<ServiceRoute> Services { get; init; } = [];

    public static RouteTable Empty { get; } = new() { Version = 0 };
}

/// <summary>One project's front door.</summary>
public sealed record ServiceRoute
{
    public required ProjectId Project { get; init; }

    /// <summary>Host names without port, compared ignoring case. Empty: any host that no other service names.</summary>
    public ImmutableArray<string> Hosts { get; init; } = [];

    public UserKeySource UserKey { get; init; } = UserKeySource.ClientAddress;

    /// <summary>What is counted apart by its path; none: nothing is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ImmutableArray<PathRoute> Routes { get; init; }

    /// <summary>In the order of the project. Audiences are asked first, in order; then percentages; then the rest.</summary>
    public ImmutableArray<EnvironmentRoute> Environments { get; init; } = [];
}

/// <summary>Where the key of a user is found in a request. A request without it is on no percentage and never in a partial weight.</summary>
/// <param name="Kind">Cookie, header or the address of the client.</param>
/// <param name="Name">Name of the cookie or header; empty for the address.</param>
public sealed record UserKeySource(UserKeyKind Kind, string Name)
{
    public static UserKeySource ClientAddress { get; } = new(UserKeyKind.ClientAddress, "");
}

public enum UserKeyKind
{
    ClientAddress,
    Cookie,
    Header,
}

/// <summary>How one environment's slice is split between its sides.</summary>
public sealed record EnvironmentRoute
{
    public required EnvironmentName Environment { get; init; }

    public required Slice Slice { get; init; }

    public Side? Stable { get; init; }

    public Side? Candidate { get; init; }

    /// <summary>Share of the slice's users on the candidate side.</summary>
    public Weight Weight { get; init; }

    /// <summary>Who is always on the candidate side, whatever the weight.</summary>
    public AudienceRule? Audience { get; init; }

    /// <summary>Share of the requests that the stable side answers of which the candidate gets a copy. Nobody sees an answer to a copy.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Weight Mirror { get; init; }

    /// <summary>Fresh instances of the stable version, which the candidate is compared with.</summary>
    public Side? Baseline { get; init; }

    /// <summary>Share of the slice's users on the baseline side: those whose bucket follows on the weight's. Cut off at the whole.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Weight BaselineWeight { get; init; }

    /// <summary>Salt of the weight's hash: one per deployment of a release, so that it is not always the same people who go first.</summary>
    public string Salt { get; init; } = "";
}

/// <summary>One version that runs in an environment.</summary>
/// <param name="Candidate">Which version.</param>
/// <param name="Endpoints">Base addresses such as <c>http://127.0.0.1:20001</c>; never empty.</param>
public sealed record Side(CandidateId Candidate, ImmutableArray<string> Endpoints);
