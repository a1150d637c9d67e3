using System.Net;
using System.Net.Sockets;

namespace Slipway.Integrations.Deployers.Processes;

/// <summary>
/// Gives out loopback ports. Below the range from which Linux takes ports for outgoing connections (32768 and up), because one of
/// those could take a port between the moment it is given out and the moment the instance listens.
/// </summary>
internal sealed class PortPool
{
    public const int First = 20_000;
    public const int Last = 29_999;
    private const int Count = Last - First + 1;

    private readonly Lock _lock = new();
    private readonly Dictionary<int, Slot> _given = [];

    /// <summary>Notes a port that an instance already has.</summary>
    public void Hold(Slot slot, int port)
    {
        lock (_lock)
            _given[port] = slot;
    }

    public void Release(Slot slot)
    {
        lock (_lock)
        {
            foreach (var port in _given.Where(g => g.Value == slot).Select(g => g.Key).ToArray())
                _given.Remove(port);
        }
    }

    /// <summary>A port that is free and nobody else's; the preferred one if it can be. Null when all are taken.</summary>
    public int? Take(Slot slot, int? preferred, IReadOnlySet<int> except)
    {
        lock (_lock)
        {
            // Installations on one machine begin at different places, so that they seldom meet.
            var start = Random.Shared.Next(Count);
            var order = Enumerable.Range(0, Count).Select(i => First + (start + i) % Count);
            foreach (var port in preferred is { } wanted ? order.Prepend(wanted) : order)
            {
                if (except.Contains(port) || (_given.TryGetValue(port, out var owner) && owner != slot) || !IsFree(port))
                    continue;
                _given[port] = slot;
                return port;
            }

            return null;
        }
    }

    /// <summary>Listens, since binding alone succeeds beside a listener that allows it.</summary>
    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
