using System.Collections.Immutable;

namespace Slipway.Cluster.Instances;

/// <summary>How many instances of a version each server is to run.</summary>
internal static class Spread
{
    /// <summary>
    /// Changes as little as possible: what is missing goes to whoever runs fewest, among equals in the order of the servers. Of what is too much the first
    /// that were listed stay: the others are those that users were led away from. Only where too few are listed, because they still start, it is taken
    /// from whoever runs most.
    /// </summary>
    /// <param name="running">How many each server runs now.</param>
    /// <param name="listed">The server of each instance that is ready, as their list has them.</param>
    /// <param name="wanted">How many there shall be in all; not negative.</param>
    public static ImmutableArray<int> Of(ImmutableArray<int> running, ImmutableArray<int> listed, int wanted)
    {
        if (running.Sum() > wanted && listed.Length >= wanted)
            return [.. running.Select((_, server) => listed.Take(wanted).Count(l => l == server))];
        var counts = running.ToArray();
        while (counts.Sum() is var sum && sum != wanted)
        {
            var at = sum < wanted ? Array.IndexOf(counts, counts.Min()) : Array.LastIndexOf(counts, counts.Max());
            counts[at] += Math.Sign(wanted - sum);
        }

        return [.. counts];
    }
}
