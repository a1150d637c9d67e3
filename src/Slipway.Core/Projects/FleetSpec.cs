using System.Collections.Immutable;
using Slipway.Core.Traffic;

namespace Slipway.Core.Projects;

/// <summary>One environment in many places (clusters, regions, machines): each place is an environment of its own, and rings say in which order they follow.</summary>
public sealed record FleetSpec
{
    /// <summary>Shares its alphabet and its names with the environments.</summary>
    public required EnvironmentName Name { get; init; }

    /// <summary>First to last; none is empty, and no member stands in two.</summary>
    public required ImmutableArray<Ring> Rings { get; init; }

    /// <summary>How many members may be under way at once; at least 1.</summary>
    public int AtOnce { get; init; } = 1;

    /// <summary>Share of a ring's members that must succeed before the next ring follows. A ring that can no longer reach it stops the line.</summary>
    public Weight Minimum { get; init; } = Weight.Full;

    /// <summary>How long a ring must have been done before the next one follows.</summary>
    public TimeSpan Soak { get; init; }

    /// <summary>What a stopped line means for the members that already have the candidate: back with it, or stay and ask.</summary>
    public OnFail OnFail { get; init; } = OnFail.Rollback;

    public IEnumerable<EnvironmentName> Members => Rings.SelectMany(r => r.Members);

    /// <summary>How many members of a ring must succeed; at least one, or a ring in which all fail would neither be done nor stop the line.</summary>
    public int Needed(Ring ring) => Math.Max(1, (int)Math.Ceiling(ring.Members.Length * (double)Minimum.Value / Weight.Whole));

    public bool Equals(FleetSpec? other) =>
        other is not null && Name == other.Name && AtOnce == other.AtOnce && Minimum == other.Minimum && Soak == other.Soak && OnFail == other.OnFail && Rings.SequenceEqual(other.Rings);

    public override int GetHashCode() => HashCode.Combine(Name, AtOnce, Minimum, Rings.Length);
}

/// <summary>Members that follow together.</summary>
/// <param name="Name">What people call it, such as <c>pilot</c>.</param>
public sealed record Ring(string Name, ImmutableArray<EnvironmentName> Members)
{
    public bool Equals(Ring? other) => other is not null && Name == other.Name && Members.SequenceEqual(other.Members);

    public override int GetHashCode() => HashCode.Combine(Name, Members.Length);
}

/// <summary>An environment's place in a fleet.</summary>
/// <param name="Ring">Index of its ring, from 0.</param>
/// <param name="Target">Name of the place itself, such as <c>eu-1</c>; filled in for <c>{target}</c>.</param>
public sealed record FleetMember(EnvironmentName Fleet, int Ring, string Target);
