namespace Slipway.Gateway.Counting;

/// <summary>What a request adds to the numbers of clients.</summary>
[Flags]
internal enum ClientNews
{
    /// <summary>Nothing: its client was seen in this second, and failed in it or has not failed now.</summary>
    None = 0,

    /// <summary>The client's first request in this second.</summary>
    Seen = 1,

    /// <summary>The client's first failure in this second.</summary>
    Failed = 2,

    /// <summary>The client is not among those that are counted.</summary>
    LeftOut = 4,
}

/// <summary>
/// Which clients were seen in the current second, and which of them saw a failure. No locks, no allocation, and nothing is cleared: what is from another
/// second is free. Of more clients than there is room for, a half, a quarter and so on is counted from the next second on, chosen by their hash
/// alone, so that those who are counted are like those who are not.
/// </summary>
internal sealed class ClientTable
{
    public const int Slots = 4096;

    /// <summary>Two cache lines. In a table that is half full nearly nobody needs more.</summary>
    private const int Probes = 16;

    /// <summary>The client's hash in the upper half, below it the second in which it was seen, and lowest whether it failed in it.</summary>
    private readonly ulong[] _slots = new ulong[Slots];
    private uint _second = 1;
    private int _halvings;

    /// <summary>A request of a client ended.</summary>
    public ClientNews Add(uint client, bool failed)
    {
        if (!Counts(client))
            return ClientNews.LeftOut;
        var second = Volatile.Read(ref _second);
        var first = (client * 0x9E3779B9) >> 20;
        for (var probe = 0u; probe < Probes;)
        {
            ref var slot = ref _slots[(first + probe) % Slots];
            var entry = Volatile.Read(ref slot);
            var (who, when) = ((uint)(entry >> 32), (uint)entry >> 1);
            if (when == second && who != client)
                probe++;
            else if (when == second && (!failed || (entry & 1) == 1))
                return ClientNews.None;
            else if (when == second && Interlocked.CompareExchange(ref slot, entry | 1, entry) == entry)
                return ClientNews.Failed;
            else if (when > second)
                (second, probe) = (Volatile.Read(ref _second), 0);
            else if (when < second && Interlocked.CompareExchange(ref slot, Entry(client, second, failed), entry) == entry)
                return failed ? ClientNews.Seen | ClientNews.Failed : ClientNews.Seen;
        }

        return ClientNews.LeftOut;
    }

    /// <summary>Whether the client is among those that are counted, if there is room.</summary>
    public bool Counts(uint client) => (ulong)client << Volatile.Read(ref _halvings) <= uint.MaxValue;

    /// <summary>The next second begins. One caller at a time.</summary>
    /// <param name="seen">At least as many clients as were added.</param>
    public void Turn(long seen)
    {
        var used = seen > Slots / 2 ? _slots.Count(entry => (uint)entry >> 1 == _second) : seen;
        if (used > Slots / 2)
            Volatile.Write(ref _halvings, Math.Min(_halvings + 1, 16));
        else if (used < Slots / 8)
            Volatile.Write(ref _halvings, Math.Max(_halvings - 1, 0));
        Volatile.Write(ref _second, _second + 1);
    }

    private static ulong Entry(uint client, uint second, bool failed) => ((ulong)client << 32) | (second << 1) | (failed ? 1u : 0);
}
