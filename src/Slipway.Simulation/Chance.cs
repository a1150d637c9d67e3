namespace Slipway.Simulation;

/// <summary>
/// Chance from a seed: SplitMix64, written out here so that the same seed gives the same run on every machine and in every version.
/// Not for secrets.
/// </summary>
/// <remarks>Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014.</remarks>
internal sealed class Chance(ulong seed)
{
    private ulong _state = seed;

    /// <summary>From 0 (included) to 1 (excluded).</summary>
    public double Next()
    {
        _state += 0x9E3779B97F4A7C15;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return ((z ^ (z >> 31)) >> 11) * (1.0 / (1UL << 53));
    }

    public bool Happens(double probability) => probability > 0 && Next() < probability;

    /// <summary>How often something of a small chance happens in <paramref name="trials"/> tries.</summary>
    public long Binomial(long trials, double probability)
    {
        if (trials <= 0 || probability <= 0)
            return 0;
        if (probability >= 1)
            return trials;
        if (trials > 200 && trials * Math.Min(probability, 1 - probability) > 50)
            return Math.Clamp((long)Math.Round((trials * probability) + (Math.Sqrt(trials * probability * (1 - probability)) * Normal())), 0, trials);
        var count = 0L;
        for (var i = 0L; i < trials; i++)
        {
            if (Next() < probability)
                count++;
        }

        return count;
    }

    /// <summary>How many of something that comes by itself come in a time in which <paramref name="mean"/> are expected.</summary>
    public long Poisson(double mean)
    {
        if (mean > 50)
            return Math.Max(0, (long)Math.Round(mean + (Math.Sqrt(mean) * Normal())));
        var (limit, product, count) = (Math.Exp(-mean), Next(), 0L);
        while (product > limit)
        {
            product *= Next();
            count++;
        }

        return count;
    }

    /// <summary>Mean 0, standard deviation 1 (Box and Muller).</summary>
    public double Normal() => Math.Sqrt(-2 * Math.Log(1 - Next())) * Math.Cos(2 * Math.PI * Next());
}
