using System.Collections.Immutable;

namespace Slipway.Cluster.Instances;

/// <summary>How many instances of a version each server is to run.</summary>
internal static class Spread
{
    /// <summary>
    /// Changes as little as possible: what is missing goes to whoever runs fewest, what is too much is taken from whoever runs most; among equals in the
    /// order of the servers.
    /// </summary>
    /// <param name="running">How many each server runs now.</param>
    /// <param name="wanted">How many there shall be in all; not negative.</param>
    public static ImmutableArray<int> Of(ImmutableArray<int> running, int wanted)
    {
        var counts = running.ToArray();
        while (counts.Sum() is var sum && sum != wanted)
        {
            var at = sum < wanted ? Array.IndexOf(counts, counts.Min()) : Array.LastIndexOf(counts, counts.Max());
            counts[at] += Math.Sign(wanted - sum);
        }

        return [.. counts];
    }
}
