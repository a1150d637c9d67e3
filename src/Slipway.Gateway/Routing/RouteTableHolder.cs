using Slipway.Core.Traffic;
using Slipway.Gateway.Counting;
using Slipway.Gateway.Forwarding;

namespace Slipway.Gateway.Routing;

/// <summary>The routes a gateway serves by. Readers take one volatile read and never wait; a new table replaces the old one at once.</summary>
public sealed class RouteTableHolder
{
    private readonly TrafficCounter _counter;
    private readonly Surroundings _around;
    private volatile Router _router;

    internal RouteTableHolder(TrafficCounter counter, Surroundings around)
    {
        _around = around;
        _counter = counter;
        _router = Router.Compile(RouteTable.Empty, around, (environment, candidate, role) => new SideMeter(environment, candidate, role));
    }

    /// <summary>The table in use; version 0 and empty until the first is published.</summary>
    public RouteTable Current => _router.Table;

    internal Router Router => _router;

    /// <summary>
    /// Takes a table when its version is higher than the current one's. Requests under way finish where they began; when this returns,
    /// no request that is not yet counted as in flight will be sent by the old table.
    /// </summary>
    /// <returns>False when the table was not newer, and nothing changed.</returns>
    /// <exception cref="FormatException">The table holds a network or an endpoint that cannot be read; nothing changed.</exception>
    public bool Publish(RouteTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        lock (_counter.Gate)
        {
            if (table.Version <= _router.Table.Version)
                return false;
            var routed = new HashSet<SideMeter>();
            _router = Router.Compile(table, _around, (environment, candidate, role) => _counter.MeterOf(environment, candidate, role, routed));

            // Whoever looks at the in-flight counts after this must see every request that still chose by the old table.
            Interlocked.MemoryBarrier();
            _counter.Keep(routed);
            return true;
        }
    }
}
