using System.Collections.Immutable;
using Slipway.Core.Traffic;

namespace Slipway.Gateway.Routing;

/// <summary>Tells by its path which of a service's routes a request belongs to. Allocates nothing.</summary>
internal sealed class PathRoutes
{
    /// <summary>The index where nothing is counted apart.</summary>
    public const int None = -1;

    private readonly (string Prefix, int Index)[] _longestFirst;

    public PathRoutes(ImmutableArray<PathRoute> routes)
    {
        ImmutableArray<PathRoute> known = routes.IsDefault ? [] : routes;
        _longestFirst = [.. known.Select((r, i) => (r.Prefix, i)).OrderByDescending(r => r.Prefix.Length)];
        Names = known.IsEmpty ? [] : [.. known.Select(r => r.Name), PathRoute.Other];
    }

    /// <summary>By index; the last one's are the paths that no other takes.</summary>
    public ImmutableArray<string> Names { get; }

    /// <summary>The index of the longest prefix that the path begins with, in whole segments.</summary>
    public int Of(ReadOnlySpan<char> path)
    {
        foreach (var (prefix, index) in _longestFirst)
        {
            if (path.StartsWith(prefix, StringComparison.Ordinal) && (path.Length == prefix.Length || path[prefix.Length] == '/'))
                return index;
        }

        return Names.Length - 1;
    }
}
