using Slipway.Core.Analysis.Recording;
using Slipway.Core.Traffic;

namespace Slipway.Engine.Traffic;

/// <summary>
/// What one version did in the last hour, in pieces of ten seconds. Of the last ten minutes everything is kept; of the time before only how alike the parts
/// of its traffic were, because that takes long to tell, and rates of an hour ago are of another time. What is not counted any more is kept as bytes: a
/// few hundred for a piece, which as counts would take three thousand.
/// </summary>
internal sealed class TrafficHistory
{
    public static readonly TimeSpan Slot = TimeSpan.FromSeconds(10);

    /// <summary>Slots of which everything is kept.</summary>
    public const int Recent = 60;

    /// <summary>Slots of which anything is kept.</summary>
    public const int Kept = 360;

    private readonly long _phase;
    private readonly Queue<Piece> _closed = [];
    private readonly Queue<Piece> _recent = [];
    private (long Slot, SideCounts Counts)? _open;

    /// <param name="name">Of the version. Histories of different names begin their slots at different moments, so that not all close one at once.</param>
    public TrafficHistory(string name) => _phase = UserHash.Bucket("slipway/history", name) * Slot.Ticks / Weight.Whole;

    /// <summary>Number of the slot that a moment belongs to.</summary>
    public long SlotOf(DateTimeOffset at) => (at.UtcTicks + _phase) / Slot.Ticks;

    /// <summary>How far a moment is into its slot.</summary>
    public TimeSpan Into(DateTimeOffset at) => TimeSpan.FromTicks((at.UtcTicks + _phase) % Slot.Ticks);

    /// <summary>Whether nothing is left to tell at that moment.</summary>
    public bool IsOver(DateTimeOffset at) => _open is null || _open.Value.Slot <= SlotOf(at) - Kept;

    public void Add(DateTimeOffset at, SideCounts counts)
    {
        var slot = SlotOf(at);
        if (_open is { } open && open.Slot >= slot)
        {
            _open = (open.Slot, open.Counts.Then(counts));
            return;
        }

        if (_open is { } over)
            Close(over.Slot, over.Counts);
        _open = (slot, counts);
        while (_closed.TryPeek(out var oldest) && oldest.Slot <= slot - Kept)
            _closed.Dequeue();
        while (_recent.TryPeek(out var past) && past.Slot <= slot - Recent)
            _recent.Dequeue().Counts = null;
    }

    /// <summary>
    /// Oldest first, each with how long ago its slot ended. Pieces of more than ten minutes ago have shards and no requests. What is there is noted now
    /// and read when it is enumerated, which takes longer: whoever adds need not wait for that.
    /// </summary>
    public IEnumerable<(TimeSpan Ago, SideCounts Counts)> Pieces(DateTimeOffset at) => _open is { } open ? Read(_closed.ToArray(), open, SlotOf(at)) : [];

    private static IEnumerable<(TimeSpan Ago, SideCounts Counts)> Read(Piece[] closed, (long Slot, SideCounts Counts) open, long now)
    {
        foreach (var piece in closed.Where(p => p.Slot > now - Kept))
        {
            if (piece.Read(whole: piece.Slot > now - Recent) is { } counts)
                yield return ((now - piece.Slot) * Slot, counts);
        }

        if (open.Slot > now - Recent)
            yield return ((now - open.Slot) * Slot, open.Counts);
    }

    /// <summary>Of the slot of a moment and of the one before it; null when there was nothing.</summary>
    public SideCounts? Newest(DateTimeOffset at)
    {
        var now = SlotOf(at);
        var open = _open is { } o && o.Slot >= now - 1 ? o.Counts : null;
        var before = _recent.LastOrDefault(p => p.Slot == now - 1)?.Read(whole: true);
        return open is null ? before : before is null ? open : before.Then(open);
    }

    private void Close(long slot, SideCounts counts)
    {
        Piece piece = new(slot, counts);
        _closed.Enqueue(piece);
        _recent.Enqueue(piece);
    }

    /// <summary>A slot that is over: what was counted by shards apart from the rest, which goes earlier.</summary>
    private sealed class Piece(long slot, SideCounts counts)
    {
        private readonly byte[]? _shards = counts.Shards is null && counts.Instances is null ? null : Pack(Nothing(counts) with { Shards = counts.Shards, Instances = counts.Instances });

        public long Slot => slot;

        public byte[]? Counts { get; set; } = Pack(counts with { Shards = null, Instances = null });

        public SideCounts? Read(bool whole)
        {
            var shards = _shards is null ? null : Unpack(_shards);
            return whole && Counts is { } packed ? Unpack(packed) with { Shards = shards?.Shards, Instances = shards?.Instances } : shards;
        }

        private static SideCounts Nothing(SideCounts counts) => new() { Environment = counts.Environment, Candidate = counts.Candidate, Role = counts.Role };

        private static byte[] Pack(SideCounts counts)
        {
            WindowWriter writer = new();
            writer.Write(new ObservedWindow.Learned(TimeSpan.Zero, counts));
            return writer.Written.ToArray();
        }

        private static SideCounts Unpack(byte[] packed) => ((ObservedWindow.Learned)WindowReader.Read(packed)[0]).Baseline;
    }
}
