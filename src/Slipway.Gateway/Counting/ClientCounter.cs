using System.Collections.Immutable;
using Slipway.Core.Traffic;

namespace Slipway.Gateway.Counting;

/// <summary>
/// Counts the clients of one version, beside the <see cref="SideMeter"/> that counts its requests: each client once a second, and its failure once, in
/// the shard of its user.
/// </summary>
internal sealed class ClientCounter
{
    // What Close reads first must have been written last: failures before those who saw them.
    private const int Failed = 0;
    private const int Seen = Failed + ShardCounts.Count;
    private const int LeftOut = Seen + ShardCounts.Count;
    private const int OfNobody = LeftOut + 1;
    private const int Cells = OfNobody + 1;

    private readonly ClientTable _table = new();
    private readonly StripedCells _cells = new(Cells);
    private readonly uint[] _reported = new uint[Cells];

    /// <summary>A request ended, and its client was there for it.</summary>
    /// <param name="user">Null: a copy, that no user waits for.</param>
    public void Leave(RequestUser? user, bool failed)
    {
        var mine = _cells.Mine;
        if (user is not { } who)
        {
            Interlocked.Increment(ref mine[OfNobody]);
            return;
        }

        var news = NewsOf(who, failed);
        if ((news & ClientNews.Seen) != 0)
            Interlocked.Increment(ref mine[Seen + who.Shard]);
        if ((news & ClientNews.Failed) != 0)
            Interlocked.Increment(ref mine[Failed + who.Shard]);
        if (news == ClientNews.LeftOut)
            Interlocked.Increment(ref mine[LeftOut]);
    }

    /// <summary>What was counted since the last call, and the next second begins. One caller at a time.</summary>
    public ClientSecond Close()
    {
        Span<uint> ended = stackalloc uint[Cells];
        for (var cell = 0; cell < Cells; cell++)
        {
            var total = _cells.Sum(cell);
            ended[cell] = total - _reported[cell];
            _reported[cell] = total;
        }

        // A failure of somebody who was reported before, at the very end of a second, waits for company.
        for (var shard = 0; shard < ShardCounts.Count; shard++)
        {
            var early = ended[Failed + shard] - Math.Min(ended[Failed + shard], ended[Seen + shard]);
            ended[Failed + shard] -= early;
            _reported[Failed + shard] -= early;
        }

        ClientSecond second = new(Wide(ended[Seen..LeftOut]), Wide(ended[Failed..Seen]), ended[LeftOut], ended[OfNobody] > 0);
        _table.Turn(second.Seen.Sum());
        return second;
    }

    private ClientNews NewsOf(RequestUser who, bool failed) => who.HasKey ? _table.Add(who.Hash, failed)
        : !_table.Counts(who.Hash) ? ClientNews.LeftOut
        : failed ? ClientNews.Seen | ClientNews.Failed : ClientNews.Seen;

    private static ImmutableArray<long> Wide(ReadOnlySpan<uint> cells)
    {
        var wide = new long[cells.Length];
        for (var i = 0; i < wide.Length; i++)
            wide[i] = cells[i];
        return ImmutableArray.Create(wide);
    }
}

/// <summary>Clients of one second, by the shards of their users.</summary>
/// <param name="LeftOut">Completed requests of clients that were not counted.</param>
/// <param name="HasCopies">Some requests were copies: then nothing can be said by clients.</param>
internal readonly record struct ClientSecond(ImmutableArray<long> Seen, ImmutableArray<long> Failed, long LeftOut, bool HasCopies)
{
    /// <summary>Null where nothing ended, or not all requests were of clients. A request that ends while this is read may have its client in the next second.</summary>
    public ClientCounts? Of(long completed) =>
        HasCopies || (completed == 0 && LeftOut == 0 && Seen.Sum() == 0) ? null : new(Seen.Sum(), Failed.Sum(), Math.Max(Seen.Sum(), completed - LeftOut));
}
