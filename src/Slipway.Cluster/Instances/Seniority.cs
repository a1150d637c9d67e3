using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Slipway.Cluster.Instances;

/// <summary>
/// Puts the instances of several servers in one order: first what has been ready for longest. Of its own instances each server says so itself, and that
/// is never contradicted; between servers it goes by when an instance was first seen here, because machines' clocks are not compared.
/// </summary>
internal sealed class Seniority
{
    private readonly ConcurrentDictionary<string, long> _seen = new();
    private long _count;

    /// <summary>To be taken before servers are asked what they run, and given to <see cref="Forget"/> with what they answered.</summary>
    public long Mark => Interlocked.Read(ref _count);

    /// <param name="servers">The endpoints of one version on each server, each server's in its own order.</param>
    public ImmutableArray<string> Of(IEnumerable<IEnumerable<string>> servers) =>
        [.. servers.SelectMany(InTurn).OrderBy(e => e.Since).Select(e => e.Endpoint).Distinct()];

    /// <summary>Forgets what no server lists any more, so that what comes back at the same address is new; not what was first seen after the mark.</summary>
    public void Forget(long mark, IEnumerable<string> listed)
    {
        var there = listed.ToHashSet(StringComparer.Ordinal);
        foreach (var gone in _seen.Where(s => s.Value <= mark && !there.Contains(s.Key)))
            _seen.TryRemove(gone);
    }

    /// <summary>None comes before one that its server lists before it: it may have ended and begun again since it was first seen.</summary>
    private IEnumerable<(string Endpoint, long Since)> InTurn(IEnumerable<string> endpoints)
    {
        var latest = 0L;
        foreach (var endpoint in endpoints)
            yield return (endpoint, latest = Math.Max(latest, _seen.GetOrAdd(endpoint, _ => Interlocked.Increment(ref _count))));
    }
}
