using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Slipway.Core.Projects;
using Slipway.Core.Releases;

namespace Slipway.Core.Traffic;

/// <summary>What a gateway counted in one second of its clock.</summary>
/// <param name="At">The second's start.</param>
/// <param name="Sides">One entry for each version, and role of its instances, that had a request begin, end or wait in that second.</param>
public sealed record TrafficSecond(DateTimeOffset At, ImmutableArray<SideCounts> Sides);

/// <summary>Counts of one version's instances of one role in one environment over one second. Copies of mirrored requests count as requests.</summary>
public sealed record SideCounts
{
    public required EnvironmentKey Environment { get; init; }

    public required CandidateId Candidate { get; init; }

    /// <summary>Which instances of the version: those of the fresh baseline are counted apart.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public InstanceRole Role { get; init; }

    /// <summary>Requests sent to the version.</summary>
    public long Started { get; init; }

    /// <summary>Requests that ended, well or not. Requests that the client gave up are not counted here.</summary>
    public long Completed { get; init; }

    /// <summary>Of the completed: answers 500 to 599 that the version itself gave.</summary>
    public long ServerErrors { get; init; }

    /// <summary>Of the completed: answers 400 to 499. Not a defect by default.</summary>
    public long ClientErrors { get; init; }

    /// <summary>Of the completed: no answer at all (refused, reset, broken off, timed out).</summary>
    public long NoAnswer { get; init; }

    /// <summary>Requests still waiting for their answer when the second ended.</summary>
    public long InFlight { get; init; }

    /// <summary>Time from the gateway's receipt to the end of the answer, of every answered request.</summary>
    public LatencyHistogram Latency { get; init; } = LatencyHistogram.Empty;

    /// <summary>The same requests by shards of the users; null where nobody counted them so.</summary>
    public ShardCounts? Shards { get; init; }

    /// <summary>The same requests by what could break alone; none where nobody parts them.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ImmutableArray<StratumCounts> Strata { get; init; }

    /// <summary>The same requests by the instances that they were sent to; null where nobody counted them so, and where there are too few instances to compare.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ShardCounts? Instances { get; init; }

    /// <summary>The same requests by who asked; null where nobody counted them so.</summary>
    public ClientCounts? Clients { get; init; }
}
