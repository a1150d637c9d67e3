using System.Text.Json.Serialization;

namespace Slipway.Demo;

/// <summary>What happened, as one JSON object. The traffic figures were counted from outside, by the users.</summary>
internal sealed record DemoReport
{
    /// <summary>Whether every promise held.</summary>
    public required bool Ok { get; init; }

    public required double Seconds { get; init; }

    public required IReadOnlyList<DemoRelease> Releases { get; init; }

    public required DemoTraffic Traffic { get; init; }

    public required IReadOnlyList<DemoEnvironment> Environments { get; init; }

    /// <summary>Promises that did not hold, in words; null when all did.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Broken { get; init; }
}

/// <param name="Outcome"><c>everywhere</c>, <c>bad</c> or <c>unfinished</c>.</param>
internal sealed record DemoRelease(string Version, string Outcome)
{
    /// <summary>From its creation until it was everywhere.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Seconds { get; init; }

    /// <summary>Where it was found bad.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Environment { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? RolledBackTo { get; init; }

    /// <summary>From its first answer in that environment until it was flagged.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? DetectedAfterSeconds { get; init; }

    /// <summary>Requests it had answered in that environment by then.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? DetectedAfterRequests { get; init; }

    /// <summary>Requests it answered, well or not, wherever the fault shows.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? RequestsServed { get; init; }

    /// <summary>Of these, those that failed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? RequestsFailed { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Evidence { get; init; }
}

/// <param name="FailedOutsideBad">Failed requests that the bad version did not serve.</param>
/// <param name="UsersExposedToBad">Distinct users whom the bad version answered where its fault shows.</param>
internal sealed record DemoTraffic(long Requests, long FailedOutsideBad, int UsersWhoFlapped, int OutsidersInDogfood, int UsersExposedToBad);

internal sealed record DemoEnvironment(string Name, string? Version);
