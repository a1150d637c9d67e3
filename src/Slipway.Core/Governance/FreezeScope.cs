using System.Collections.Immutable;
using Slipway.Core.Projects;

namespace Slipway.Core.Governance;

/// <summary>What a freeze or a stop of the line is about. An environment belongs when it meets everything that is said here.</summary>
public sealed record FreezeScope
{
    /// <summary>Every environment of every project.</summary>
    public static FreezeScope Everything { get; } = new();

    /// <summary>Only this project; null: all of them.</summary>
    public ProjectId? Project { get; init; }

    /// <summary>Only environments of this tier; null: any.</summary>
    public Tier? Tier { get; init; }

    /// <summary>Only environments with one of these names; empty: any.</summary>
    public ImmutableArray<EnvironmentName> Environments { get; init; } = [];

    /// <param name="fleet">The fleet that the environment belongs to; null: none.</param>
    public bool Covers(EnvironmentKey environment, Tier tier, EnvironmentName? fleet = null) =>
        (Project is not { } project || project == environment.Project)
        && (Tier is not { } only || only == tier)
        && (Environments.IsDefaultOrEmpty || Environments.Contains(environment.Name) || (fleet is { } whole && Environments.Contains(whole)));

    public bool Equals(FreezeScope? other) => other is not null && Project == other.Project && Tier == other.Tier && Names.SetEquals(other.Names);

    public override int GetHashCode() => HashCode.Combine(Project, Tier, Names.Count);

    /// <summary>For people: <c>everything</c>, or <c>project shop, tier production</c>.</summary>
    public override string ToString()
    {
        string?[] parts =
        [
            Project is { } project ? $"project {project}" : null,
            Tier is { } tier ? $"tier {tier.ToString().ToLowerInvariant()}" : null,
            Names.Count > 0 ? $"environments {string.Join(", ", Names)}" : null,
        ];
        return parts.All(p => p is null) ? "everything" : string.Join(", ", parts.Where(p => p is not null));
    }

    private ImmutableSortedSet<EnvironmentName> Names =>
        Environments.IsDefaultOrEmpty ? [] : Environments.ToImmutableSortedSet(Comparer<EnvironmentName>.Create((a, b) => string.CompareOrdinal(a.Value, b.Value)));
}
