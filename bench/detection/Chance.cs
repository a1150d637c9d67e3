using Slipway.Core.Analysis.Judges;

namespace Slipway.Bench.Detection;

/// <summary>Seeded random numbers: the same seed gives the same run, whatever else runs beside it.</summary>
internal sealed class Chance(ulong seed)
{
    private ulong _state = Mixed(seed ^ 0x5DEECE66DUL);

    /// <summary>A seed of its own for one run of one cell.</summary>
    public static Chance Of(ulong seed, string cell, int run)
    {
        foreach (var letter in cell)
            seed = (seed ^ letter) * 1099511628211UL;
        return new Chance(Mixed(seed + ((ulong)run * 0x9E3779B97F4A7C15UL)));
    }

    /// <summary>Above 0, below 1.</summary>
    public double Uniform() => ((Next() >> 11) + 0.5) * (1.0 / (1UL << 53));

    public int Below(int count) => (int)(Uniform() * count);

    public double Exponential(double mean) => -mean * Math.Log(Uniform());

    public double Normal() => Math.Sqrt(-2 * Math.Log(Uniform())) * Math.Cos(2 * Math.PI * Uniform());

    public double Poisson(double mean) => mean <= 0 ? 0 : mean < 12 ? Inverted(mean) : Transformed(mean);

    private double Inverted(double mean)
    {
        var (left, term, k) = (Uniform(), Math.Exp(-mean), 0);
        while (left > term && k < 1000)
        {
            left -= term;
            term *= mean / ++k;
        }

        return k;
    }

    // Hörmann 1993, algorithm PTRS: transformed rejection, exact.
    private double Transformed(double mean)
    {
        var b = 0.931 + (2.53 * Math.Sqrt(mean));
        var a = -0.059 + (0.02483 * b);
        while (true)
        {
            var u = Uniform() - 0.5;
            var v = Uniform();
            var near = 0.5 - Math.Abs(u);
            var k = Math.Floor((((2 * a / near) + b) * u) + mean + 0.43);
            if (near >= 0.07 && v <= 0.9277 - (3.6224 / (b - 2)))
                return k;
            if (k < 0 || (near < 0.013 && v > near))
                continue;
            var scale = 1.1239 + (1.1328 / (b - 3.4));
            if (Math.Log(v * scale / ((a / (near * near)) + b)) <= (k * Math.Log(mean)) - mean - GammaFunction.Log(k + 1))
                return k;
        }
    }

    private ulong Next() => Mixed(_state += 0x9E3779B97F4A7C15UL);

    private static ulong Mixed(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
