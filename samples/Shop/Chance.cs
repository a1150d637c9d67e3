namespace Shop;

/// <summary>Cheap chance for each request: a counter through the SplitMix64 mixer (Steele, Lea and Flood 2014). Starts elsewhere in every process.</summary>
internal sealed class Chance(ulong seed)
{
    private const double MedianMs = 20;
    private const double Sigma = 0.35;
    private ulong state = seed;

    /// <summary>Uniform in [0, 1).</summary>
    public double Next()
    {
        var z = Interlocked.Add(ref state, 0x9E3779B97F4A7C15);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return ((z ^ (z >> 31)) >> 11) * (1.0 / (1UL << 53));
    }

    /// <summary>
    /// How long the shop pretends to work: lognormal around 20 ms, never beyond three sigma either way. Long enough that the cost of a
    /// cold process is small beside it.
    /// </summary>
    public TimeSpan ServiceTime()
    {
        var normal = Math.Sqrt(-2 * Math.Log(1 - Next())) * Math.Cos(2 * Math.PI * Next());
        return TimeSpan.FromMilliseconds(MedianMs * Math.Exp(Sigma * Math.Clamp(normal, -3, 3)));
    }
}
