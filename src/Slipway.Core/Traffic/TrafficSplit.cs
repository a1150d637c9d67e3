using System.Text.Json.Serialization;
using Slipway.Core.Releases;

namespace Slipway.Core.Traffic;

/// <summary>How one environment's traffic is to be split. A side that is null gets nothing.</summary>
/// <param name="Stable">Serves everyone whom the candidate does not.</param>
/// <param name="Candidate">Serves the weight and the audience.</param>
/// <param name="Weight">Share of the environment's users on the candidate side.</param>
/// <param name="Audience">Who is on the candidate side whatever the weight.</param>
public sealed record TrafficSplit(CandidateId? Stable, CandidateId? Candidate, Weight Weight, AudienceRule? Audience)
{
    /// <summary>Share of the requests that the stable side answers of which the candidate gets a copy. Its answers to copies are thrown away.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Weight Mirror { get; init; }

    /// <summary>Share of the environment's users served by the fresh instances of the stable version, which the candidate is compared with.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Weight Baseline { get; init; }

    /// <summary>Everything to one version (or, with null, to nothing).</summary>
    public static TrafficSplit Only(CandidateId? version) => new(version, null, Weight.None, null);

    /// <summary>Whether anybody at all can be sent to the candidate.</summary>
    [JsonIgnore]
    public bool ReachesCandidate => Candidate is not null && (Weight > Weight.None || Audience is not null);
}
