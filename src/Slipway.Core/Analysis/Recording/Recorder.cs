using System.Collections.Immutable;
using Slipway.Core.Traffic;

namespace Slipway.Core.Analysis.Recording;

/// <summary>
/// Gathers windows into chunks, finely while there is room: after <see cref="Fine"/> bytes only sums of ten windows are kept, after
/// <see cref="Coarse"/> sums of sixty, and after <see cref="Most"/> nothing. Which of these happened can be seen from the windows.
/// </summary>
public sealed class Recorder
{
    /// <summary>Bytes of chunks up to which every window is kept: more than a day of busy seconds.</summary>
    public const long Fine = 8L << 20;

    /// <summary>Bytes up to which sums of ten windows are kept: about another week.</summary>
    public const long Coarse = 12L << 20;

    /// <summary>Bytes of all chunks of a deployment: about another month of sums of sixty.</summary>
    public const long Most = 16L << 20;

    private const int BusyWindows = 60;
    private const int OpenBytes = 16 << 10;

    private WindowWriter _open = new();
    private ObservedWindow.Compared? _merging;
    private long _bytes;
    private int _busy;
    private bool _isCut;

    /// <param name="chunks">Number of the newest complete chunk; 0: none.</param>
    /// <param name="bytes">Of all complete chunks.</param>
    /// <param name="open">Windows after them.</param>
    public Recorder(int chunks, long bytes, ImmutableArray<ObservedWindow> open)
    {
        (Chunks, _bytes) = (chunks, bytes);
        foreach (var window in open)
            Write(window);
    }

    /// <summary>Number of the newest complete chunk.</summary>
    public int Chunks { get; private set; }

    /// <summary>How many windows are made one now.</summary>
    public int Merging => _bytes < Fine ? 1 : _bytes < Coarse ? 10 : 60;

    /// <summary>Whether enough has been gathered for a chunk.</summary>
    public bool IsFull => _busy >= BusyWindows || _open.Written.Length >= OpenBytes;

    public void Add(ObservedWindow window)
    {
        if (_isCut)
            return;
        if (_bytes >= Most)
        {
            Write(new ObservedWindow.Cut(window.At));
            return;
        }

        if (window is not ObservedWindow.Compared compared || Merging == 1)
        {
            Settle();
            Write(window);
            return;
        }

        _merging = _merging is null ? compared : Merged(_merging, compared);
        if (_merging.Merged >= Merging)
            Settle();
    }

    /// <summary>Where it stands; what was not yet merged enough is written as it is.</summary>
    public AnalysisCheckpoint Checkpoint()
    {
        Settle();
        return new AnalysisCheckpoint(Chunks, _open.Written.ToArray());
    }

    /// <summary>Makes what was gathered a chunk; null when there is nothing.</summary>
    public byte[]? Close()
    {
        Settle();
        if (_open.Count == 0)
            return null;
        var chunk = WindowChunk.Pack(_open.Written);
        (_open, _busy, _bytes, Chunks) = (new WindowWriter(), 0, _bytes + chunk.Length, Chunks + 1);
        return chunk;
    }

    private void Settle()
    {
        if (_merging is { } merged)
            Write(merged);
        _merging = null;
    }

    private void Write(ObservedWindow window)
    {
        _open.Write(window);
        _busy += window is ObservedWindow.Compared { Candidate: null, Baseline: null } ? 0 : 1;
        _isCut |= window is ObservedWindow.Cut;
    }

    /// <summary>Sums. When the baseline changed in between, the later one's name stands for both: the checks do not look at names.</summary>
    private static ObservedWindow.Compared Merged(ObservedWindow.Compared a, ObservedWindow.Compared b) =>
        new(b.At, Sum(a.Candidate, b.Candidate), Sum(a.Baseline, b.Baseline), a.Merged + b.Merged) { Split = Sum(a.Split, b.Split) };

    /// <summary>What should have been is weighted by the requests that it was said of.</summary>
    private static SplitSeen? Sum(SplitSeen? earlier, SplitSeen? later) => (earlier, later) switch
    {
        (null, _) => later,
        (_, null) => earlier,
        ({ All: var n, Expected: var p } a, { All: var m, Expected: var q } b) => new SplitSeen(n + m == 0 ? q : ((p * n) + (q * m)) / (n + m), a.Candidate + b.Candidate, n + m),
    };

    private static SideCounts? Sum(SideCounts? earlier, SideCounts? later) => (earlier, later) switch
    {
        (null, _) => later,
        (_, null) => earlier,
        _ => earlier.Then(later) with { Environment = later.Environment, Candidate = later.Candidate, Role = later.Role },
    };
}
