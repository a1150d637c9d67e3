namespace Slipway.Core.Analysis;

/// <summary>
/// The likelihood ratios that the latency detector bets on, made from a frozen baseline: each never falls from one bucket to
/// the next and has mean 1 under the baseline. Three look at the whole distribution, three at its slow half, eight at the tail.
/// </summary>
internal static class Tilts
{
    public const int Count = 14;

    private static readonly double[] Shifts = [0.5, 1.5, 4.0];
    private static readonly double[] Stretches = [0.1, 0.3, 0.6];
    private static readonly (double Quantile, double Strength)[] Tails =
        [(0.97, 1), (0.97, 3), (0.99, 1), (0.99, 3), (0.997, 1), (0.997, 3), (0.999, 1.5), (0.999, 4)];

    /// <param name="baseline">Counts of each bucket, slower ones later.</param>
    public static double[][] Of(ReadOnlySpan<long> baseline)
    {
        var density = Smoothed(baseline);
        var (below, above) = MidRanks(density);
        return
        [
            .. Shifts.Select(s => Normalised(density, i => s * below[i])),
            .. Stretches.Select(s => Normalised(density, i => -s * Math.Log(above[i]))),
            .. Tails.Select(t => Normalised(density, i => below[i] > t.Quantile ? t.Strength : 0)),
        ];
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
