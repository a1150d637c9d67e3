using System.Collections.Immutable;

namespace Slipway.Core.Traffic;

/// <summary>What a part of a side's requests did, that can break while the others do not. Counted as <see cref="SideCounts"/> are.</summary>
/// <param name="Name"><c>route/checkout</c> or <c>region/eu-west</c>: what the requests were parted by, and which part it is.</param>
public sealed record StratumCounts(string Name)
{
    public long Completed { get; init; }

    public long ServerErrors { get; init; }

    public long NoAnswer { get; init; }

    public LatencyHistogram Latency { get; init; } = LatencyHistogram.Empty;
}

/// <summary>Strata of one side: sorted by their names, each name once.</summary>
public static class Strata
{
    /// <summary>By the paths of a service, as its document names them.</summary>
    public const string Routes = "route/";

    /// <summary>By where the gateway stands that took the request.</summary>
    public const string Regions = "region/";

    /// <summary>So many regions of a project are kept apart; more only count in the whole.</summary>
    public const int MostRegions = 12;

    /// <summary>Of one side: all routes, what no route takes, and all regions.</summary>
    public const int Most = PathRoute.Most + 1 + MostRegions;

    /// <summary>Whether something can be the name of a route or a region.</summary>
    public static bool IsName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Configuration.Scalars.IsName(name);
    }

    /// <summary>Whether what somebody else sent is sorted by names that can be, without repeats, and not too long.</summary>
    public static bool AreSound(ImmutableArray<StratumCounts> strata)
    {
        if (strata.IsDefaultOrEmpty)
            return true;
        for (var i = 0; i < strata.Length; i++)
        {
            if (strata[i] is not { Name: { } name, Latency: not null } || !(IsName(name, Routes) || IsName(name, Regions)) || (i > 0 && string.CompareOrdinal(strata[i - 1].Name, name) >= 0))
                return false;
        }

        return strata.Length <= Most;
    }

    /// <summary>Adds up what has one name.</summary>
    public static ImmutableArray<StratumCounts> Plus(this ImmutableArray<StratumCounts> a, ImmutableArray<StratumCounts> b)
    {
        if (a.IsDefaultOrEmpty || b.IsDefaultOrEmpty)
            return a.IsDefaultOrEmpty ? b : a;
        var sum = ImmutableArray.CreateBuilder<StratumCounts>(Math.Max(a.Length, b.Length));
        for (int i = 0, j = 0; i < a.Length || j < b.Length;)
        {
            var order = i == a.Length ? 1 : j == b.Length ? -1 : string.CompareOrdinal(a[i].Name, b[j].Name);
            sum.Add(order == 0 ? a[i].Plus(b[j]) : order < 0 ? a[i] : b[j]);
            (i, j) = (order <= 0 ? i + 1 : i, order >= 0 ? j + 1 : j);
        }

        return sum.ToImmutable();
    }

    /// <summary>The stratum of a name; null when it had no request. Allocates nothing.</summary>
    public static StratumCounts? Find(this ImmutableArray<StratumCounts> strata, string name)
    {
        for (int low = 0, high = strata.IsDefault ? 0 : strata.Length; low < high;)
        {
            var middle = (low + high) / 2;
            var order = string.CompareOrdinal(strata[middle].Name, name);
            if (order == 0)
                return strata[middle];
            (low, high) = order < 0 ? (middle + 1, high) : (low, middle);
        }

        return null;
    }

    /// <summary>The same counts, all of which were made in a region.</summary>
    public static SideCounts In(this SideCounts side, string region)
    {
        ArgumentNullException.ThrowIfNull(side);
        StratumCounts whole = new(Regions + region) { Completed = side.Completed, ServerErrors = side.ServerErrors, NoAnswer = side.NoAnswer, Latency = side.Latency };
        return side.Completed == 0 ? side : side with { Strata = side.Strata.Plus([whole]) };
    }

    private static bool IsName(string name, string of) => name.StartsWith(of, StringComparison.Ordinal) && IsName(name[of.Length..]);

    private static StratumCounts Plus(this StratumCounts a, StratumCounts b) => a with
    {
        Completed = a.Completed + b.Completed,
        ServerErrors = a.ServerErrors + b.ServerErrors,
        NoAnswer = a.NoAnswer + b.NoAnswer,
        Latency = a.Latency.Plus(b.Latency),
    };
}
