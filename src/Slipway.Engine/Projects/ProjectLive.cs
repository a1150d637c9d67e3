using System.Collections.Immutable;
using Slipway.Core.Analysis;
using Slipway.Core.Configuration;
using Slipway.Core.Deployments;
using Slipway.Core.Projects;
using Slipway.Core.Traffic;
using Slipway.Engine.Ports;

namespace Slipway.Engine;

/// <summary>What only the process that acts for a project sees of it; everything else is in the store, for all to read.</summary>
public sealed record ProjectLive
{
    /// <summary>The newest comparison of each deployment under way.</summary>
    public ImmutableDictionary<string, AnalysisReport> Reports { get; init; } = ImmutableDictionary<string, AnalysisReport>.Empty;

    /// <summary>What the effects of each deployment under way are waiting for or failing at.</summary>
    public ImmutableDictionary<string, ImmutableArray<string>> Troubles { get; init; } = ImmutableDictionary<string, ImmutableArray<string>>.Empty;

    /// <summary>Versions that are ready to serve.</summary>
    public ImmutableArray<InstanceId> Ready { get; init; } = [];

    /// <summary>Why versions that should serve do not.</summary>
    public ImmutableArray<InstanceTrouble> Missing { get; init; } = [];

    /// <summary>What the data planes serve, by environment, where that is known.</summary>
    public ImmutableDictionary<string, TrafficSplit> Seen { get; init; } = ImmutableDictionary<string, TrafficSplit>.Empty;

    internal AnalysisReport? Report(DeploymentId id) => Reports.GetValueOrDefault(id.Value);

    internal TrafficSplit? Split(EnvironmentKey key) => Seen.GetValueOrDefault(key.Name.Value);
}

/// <summary>Why a version that should serve does not, in words for people.</summary>
public sealed record InstanceTrouble(InstanceId Id, string Why);

/// <summary>What came of accepting or reverting drift.</summary>
/// <param name="Said">What happened, in words for people.</param>
/// <param name="Refused">Why it was not done; null when it was.</param>
public sealed record DriftAnswer(string Said, Problem? Refused);
