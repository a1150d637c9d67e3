using System.Collections.Immutable;
using Slipway.Core.Configuration;
using Slipway.Core.Traffic;

namespace Slipway.Gateway.Agent;

/// <summary>How a gateway that runs alone finds its server.</summary>
public sealed record GatewayAgentOptions
{
    /// <summary>The server's base address.</summary>
    public required Uri Server { get; init; }

    /// <summary>Base addresses of other servers of the same cluster, any of which is followed while the one before it is away.</summary>
    public ImmutableArray<Uri> AlsoServers { get; init; } = [];

    /// <summary>The gateway's id; what it reports is kept under it.</summary>
    public required string Gateway { get; init; }

    /// <summary>Where it stands, to find faults that are in one region alone; null: nobody said.</summary>
    public string? Region { get; init; }

    /// <summary>Sent as a bearer token.</summary>
    public required string Token { get; init; }

    /// <summary>How long the server may hold a question for newer routes.</summary>
    public TimeSpan Wait { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>The pause after the first failure; it doubles with each further one, less up to a half by chance.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest pause: how late a gateway may notice that the server is back.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Everything wrong with the options, each with its key; empty when they can be used. The token is never repeated.</summary>
    public ImmutableArray<Problem> Problems() =>
    [
        .. AlsoServers.Prepend(Server).Where(s => s is not { IsAbsoluteUri: true, Scheme: "http" or "https" })
            .Select(s => new Problem("SLIP0606", "gateway.server", $"'{s}' is not the address of a server", "write it like https://slipway.example.test")),
        .. Gateway is { Length: > 0 and <= 63 } && char.IsAsciiLetterOrDigit(Gateway[0]) && Gateway.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? []
            : new Problem[] { new("SLIP0607", "gateway.id", $"'{Gateway}' is not an id", "use 1 to 63 letters, digits, dashes, dots and underscores, beginning with a letter or digit") },
        .. Token is { Length: > 0 } && Token.All(c => c is > ' ' and <= '~')
            ? []
            : new Problem[] { new("SLIP0608", "gateway.token", "the token is empty or holds spaces or other characters that no token has", "give the server's token") },
        .. RegionProblem("gateway.region", Region),
    ];

    /// <summary>What is wrong with the name of a region, if anything is.</summary>
    public static ImmutableArray<Problem> RegionProblem(string place, string? region) => region is null || Strata.IsName(region)
        ? []
        : [new("SLIP0609", place, $"'{region}' is no name of a region", "use 1 to 63 lower-case letters, digits and dashes, such as eu-west")];
}
