namespace Slipway.Core.Analysis;

/// <summary>
/// The likelihood ratios that the latency detector bets on, made from a frozen baseline: each never falls from one bucket to
/// the next and has mean 1 under the baseline. Three look at the whole distribution, three at its slow half, eight at the tail; four
/// more can be had that look for the baseline's own shape, slower by a constant factor.
/// </summary>
internal static class Tilts
{
    public const int Count = 14;

    private static readonly double[] Shifts = [0.5, 1.5, 4.0];
    private static readonly double[] Stretches = [0.1, 0.3, 0.6];
    private static readonly (double Quantile, double Strength)[] Tails =
        [(0.97, 1), (0.97, 3), (0.99, 1), (0.99, 3), (0.997, 1), (0.997, 3), (0.999, 1.5), (0.999, 4)];

    // A bet that lost everything could win nothing any more.
    private const double Least = 1e-6;

    // In buckets; with those of 9 % a factor of 1.09, 1.19, 1.41 and 2.
    private static readonly int[] Moves = [1, 2, 4, 8];

    /// <param name="baseline">Counts of each bucket, slower ones later.</param>
    /// <param name="moved">With the four of a constant factor; the buckets must then be of equal ratio.</param>
    public static double[][] Of(ReadOnlySpan<long> baseline, bool moved = false)
    {
        var density = Smoothed(baseline);
        var (below, above) = MidRanks(density);
        return
        [
            .. Shifts.Select(s => Normalised(density, i => s * below[i])),
            .. Stretches.Select(s => Normalised(density, i => -s * Math.Log(above[i]))),
            .. Tails.Select(t => Normalised(density, i => below[i] > t.Quantile ? t.Strength : 0)),
            .. (moved ? Moves : []).Select(by => Moved(density, by)),
        ];
    }

    // The likelihood ratio of the same shape some buckets later, made to rise: neighbours that fall are put together until none does (the
    // isotonic fit, by pooling adjacent violators). Mean 1 by itself, as both sides of every ratio add up to 1.
    private static double[] Moved(double[] density, int by)
    {
        Stack<(double Slow, double Usual, int Buckets)> pools = new();
        for (var i = 0; i < density.Length; i++)
        {
            var pool = (Slow: Slow(i), Usual: density[i], Buckets: 1);
            while (pools.TryPeek(out var before) && before.Slow * pool.Usual >= pool.Slow * before.Usual)
            {
                pools.Pop();
                pool = (pool.Slow + before.Slow, pool.Usual + before.Usual, pool.Buckets + before.Buckets);
            }

            pools.Push(pool);
        }

        return [.. pools.Reverse().SelectMany(pool => Enumerable.Repeat(Math.Max(pool.Slow / pool.Usual, Least), pool.Buckets))];

        double Slow(int i) => (i >= by ? density[i - by] : 0) + (i < density.Length - 1 ? 0 : density.Skip(density.Length - by).Sum());
    }

    // Half a request spread over all buckets: an empty one is rare, not impossible.
    private static double[] Smoothed(ReadOnlySpan<long> counts)
    {
        var total = 0.5;
        foreach (var count in counts)
        {
            total += count;
        }

        var density = new double[counts.Length];
        for (var i = 0; i < density.Length; i++)
        {
            density[i] = (counts[i] + (0.5 / density.Length)) / total;
        }

        return density;
    }

    // Summed from both ends, so that the far tail keeps its digits.
    private static (double[] Below, double[] Above) MidRanks(double[] density)
    {
        var (below, above) = (new double[density.Length], new double[density.Length]);
        var (low, high) = (0.0, 0.0);
        for (int i = 0, j = density.Length - 1; j >= 0; i++, j--)
        {
            below[i] = low + (density[i] / 2);
            above[j] = high + (density[j] / 2);
            low += density[i];
            high += density[j];
        }

        return (below, above);
    }

    private static double[] Normalised(double[] density, Func<int, double> log)
    {
        var logs = density.Select((_, i) => log(i)).ToArray();
        var top = logs.Max();
        var mean = logs.Select((g, i) => density[i] * Math.Exp(g - top)).Sum();
        return [.. logs.Select(g => Math.Exp(g - top) / mean)];
    }
}
