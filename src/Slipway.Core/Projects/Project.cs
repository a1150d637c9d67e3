using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Slipway.Core.Analysis;
using Slipway.Core.Governance;
using Slipway.Core.Strategies;
using Slipway.Core.Traffic;

namespace Slipway.Core.Projects;

/// <summary>What is released together, and the environments it goes through. Made by reading <c>slipway.yaml</c>.</summary>
public sealed record Project
{
    public required ProjectId Id { get; init; }

    /// <summary>Where the project's code is; null when releases are made of plain artifacts.</summary>
    public SourceSpec? Source { get; init; }

    public ServiceSpec? Service { get; init; }

    /// <summary>How a version is made when a release is created without one.</summary>
    public VersionScheme Versions { get; init; } = VersionScheme.Calver;

    /// <summary>Where the numbers come from that gateways do not count.</summary>
    public ImmutableArray<MetricSourceSpec> Sources { get; init; } = [];

    /// <summary>In the order of the document, which is also the order in which slices are asked.</summary>
    public ImmutableArray<EnvironmentSpec> Environments { get; init; } = [];

    /// <summary>Environments in many places; their members are among <see cref="Environments"/>.</summary>
    public ImmutableArray<FleetSpec> Fleets { get; init; } = [];

    public FleetSpec? Fleet(EnvironmentName name) => Fleets.FirstOrDefault(f => f.Name == name);

    /// <summary>Everything that commands can be given to and that has a history: environments and fleets.</summary>
    public IEnumerable<EnvironmentName> Places => Environments.Select(e => e.Name).Concat(Fleets.Select(f => f.Name));

    /// <summary>When deployments of the project may begin, beside the windows of the whole installation.</summary>
    public ImmutableArray<FreezeWindow> Freezes { get; init; } = [];

    public EnvironmentSpec? Find(EnvironmentName name) => Environments.FirstOrDefault(e => e.Name == name);

    public EnvironmentKey Key(EnvironmentSpec environment) => new(Id, environment.Name);
}

/// <summary>Where code comes from.</summary>
/// <param name="Git">Address of the repository.</param>
/// <param name="Paths">Patterns of the paths that belong to the project; empty: all of them.</param>
public sealed record SourceSpec(string Git, ImmutableArray<string> Paths);

/// <summary>The front door that all environments with a slice share.</summary>
public sealed record ServiceSpec(ImmutableArray<string> Hosts, UserKeySource UserKey)
{
    /// <summary>What gateways count apart by its path; none: nothing is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ImmutableArray<PathRoute> Routes { get; init; }
}

public enum VersionScheme
{
    /// <summary><c>2026.11.23-1</c>: the date and a number within it.</summary>
    Calver,

    /// <summary>The patch number of the newest version plus one.</summary>
    Semver,
}

/// <summary>A place or an audience that can be deployed to on its own.</summary>
public sealed record EnvironmentSpec
{
    public required EnvironmentName Name { get; init; }

    public Tier Tier { get; init; } = Tier.Production;

    /// <summary>Environments in which a candidate must have succeeded before it is eligible here (all of them).</summary>
    public ImmutableArray<EnvironmentName> After { get; init; } = [];

    public required Slice Slice { get; init; }

    public required DeploySpec Deploy { get; init; }

    /// <summary>The recipe, ramps already unrolled. Starts with <see cref="DeployStep"/> and ends at full weight.</summary>
    public required ImmutableArray<Step> Strategy { get; init; }

    public ImmutableArray<CheckSpec> Checks { get; init; } = [];

    public PromotionPolicy Promote { get; init; } = new PromotionPolicy.Manual();

    public OnFail OnFail { get; init; } = OnFail.Rollback;

    /// <summary>Its place in a fleet; null when it stands alone.</summary>
    public FleetMember? Member { get; init; }

    /// <summary>Whether one of the environments before is enough; otherwise all of them are needed.</summary>
    public bool AfterAny { get; init; }

    /// <summary>Why this environment means nothing for the project and is passed over; null: it means something.</summary>
    public string? NotApplicable { get; init; }

    /// <summary>What happens to a deployment that is asked for while another one is under way.</summary>
    public WhenBusy WhenBusy { get; init; }

    public Hooks Hooks { get; init; } = Hooks.None;

    public Scaling Scaling { get; init; }

    public RollbackPolicy Rollback { get; init; } = RollbackPolicy.Default;
}

public enum Tier
{
    Development,
    Staging,
    Production,
}

public enum OnFail
{
    /// <summary>Flag the candidate bad and go back to the last good one.</summary>
    Rollback,

    /// <summary>Stop where it is and ask a person.</summary>
    Pause,
}
