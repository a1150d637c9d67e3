using Slipway.Core.Traffic;

namespace Slipway.Gateway.Counting;

/// <summary>
/// Counts the requests of one of a service's routes to one version, beside the <see cref="SideMeter"/> that counts all of them, with which it agrees
/// to a request under way. There is one only where routes are named.
/// </summary>
internal sealed class RouteCounter(string name)
{
    private const int ServerErrors = 0;
    private const int NoAnswer = 1;
    private const int Answered = 2;
    private const int Cells = Answered + LatencyHistogram.MaxIndex - LatencyHistogram.MinIndex + 1;

    private readonly StripedCells _cells = new(Cells);
    private readonly uint[] _reported = new uint[Cells];

    public string Name { get; } = name;

    /// <summary>A request ended; see <see cref="SideMeter.Leave"/>.</summary>
    public void Leave(Ending ending, int status, double seconds)
    {
        if (ending == Ending.Abandoned)
            return;
        var mine = _cells.Mine;
        Interlocked.Increment(ref mine[ending == Ending.NoAnswer ? NoAnswer : Answered + LatencyHistogram.IndexOf(seconds) - LatencyHistogram.MinIndex]);
        if (ending == Ending.Answered && status >= 500)
            Interlocked.Increment(ref mine[ServerErrors]);
    }

    /// <summary>What ended since the last call; null when nothing did. One caller at a time.</summary>
    public StratumCounts? Close()
    {
        Span<uint> ended = stackalloc uint[Cells];
        for (var cell = 0; cell < Cells; cell++)
        {
            var total = _cells.Sum(cell);
            ended[cell] = total - _reported[cell];
            _reported[cell] = total;
        }

        var latency = Latency(ended[Answered..]);
        return ended.IndexOfAnyExcept(0u) < 0 ? null : new StratumCounts(Strata.Routes + Name)
        {
            Completed = latency.Total + ended[NoAnswer], ServerErrors = ended[ServerErrors], NoAnswer = ended[NoAnswer], Latency = latency,
        };
    }

    private static LatencyHistogram Latency(ReadOnlySpan<uint> answered)
    {
        var first = answered.IndexOfAnyExcept(0u);
        if (first < 0)
            return LatencyHistogram.Empty;
        var counts = new long[answered.LastIndexOfAnyExcept(0u) + 1 - first];
        for (var i = 0; i < counts.Length; i++)
            counts[i] = answered[first + i];
        return new(LatencyHistogram.MinIndex + first, System.Collections.Immutable.ImmutableArray.Create(counts));
    }
}
