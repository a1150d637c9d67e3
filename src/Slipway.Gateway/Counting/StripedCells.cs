namespace Slipway.Gateway.Counting;

/// <summary>Numbers that many processors add to at once, most of the time each to a copy of its own. They only grow, and wrap around.</summary>
internal readonly struct StripedCells(int cells)
{
    /// <summary>A power of two near the number of processors: enough that two of them seldom write to one cache line.</summary>
    private static readonly int StripeMask =
        (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Min(System.Environment.ProcessorCount, 8)) - 1;

    private readonly uint[][] _stripes = [.. Enumerable.Range(0, StripeMask + 1).Select(_ => new uint[cells])];

    /// <summary>The copy to add to now.</summary>
    public uint[] Mine => _stripes[Thread.GetCurrentProcessorId() & StripeMask];

    public uint Sum(int cell)
    {
        var sum = 0u;
        foreach (var stripe in _stripes)
            sum += Volatile.Read(ref stripe[cell]);
        return sum;
    }
}
