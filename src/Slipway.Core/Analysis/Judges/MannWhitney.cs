namespace Slipway.Core.Analysis.Judges;

/// <summary>
/// The Mann-Whitney U test with ties and continuity corrected, and the interval of the shift that goes with it, computed as R's
/// <c>wilcox.test</c> and after it Kayenta do: by searching, step by step alike, for the shifts at which the statistic takes the interval's quantiles.
/// </summary>
internal static class MannWhitney
{
    /// <summary>Kayenta's accuracy of the search, absolute: a metric in small units is resolved coarsely.</summary>
    private const double Accuracy = 1e-4;

    /// <summary>U of <paramref name="x"/>: in how many pairs x is above y, ties as halves.</summary>
    public static double U(ReadOnlySpan<double> x, ReadOnlySpan<double> y) => RankSum(x, y, 0, out _) - (x.Length * (x.Length + 1.0) / 2);

    /// <summary>Two-sided, by the normal approximation. 1 when all points are alike.</summary>
    public static double PValue(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        double pairs = (double)x.Length * y.Length;
        var u = RankSum(x, y, 0, out var ties) - (x.Length * (x.Length + 1.0) / 2);
        var z = (Math.Max(u, pairs - u) - (pairs / 2) - 0.5) / Spread(x.Length, y.Length, ties);
        return double.IsFinite(z) ? Math.Min(1, 2 * NormalDistribution.Above(z)) : 1;
    }

    /// <summary>The standardised statistic when x is moved down by <paramref name="shift"/>, less <paramref name="quantile"/>. Not a number when all points are alike.</summary>
    public static double Statistic(double shift, double quantile, ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        double m = x.Length, n = y.Length;
        var off = RankSum(x, y, shift, out var ties) - (m * (m + 1) / 2) - (m * n / 2);
        return ((off - (0.5 * Math.Sign(off))) / Spread(m, n, ties)) - quantile;
    }

    /// <summary>The interval of the shift from <paramref name="control"/> to <paramref name="experiment"/>, and its estimate. Null when the points cannot be compared.</summary>
    public static (double Lower, double Upper, double Estimate)? Interval(double[] experiment, double[] control, double confidence)
    {
        var (low, high) = (experiment.Min() - control.Max(), experiment.Max() - control.Min());
        var quantile = NormalDistribution.Quantile((1 - confidence) / 2);
        var (lower, upper) = (Root(-quantile), Root(quantile));
        var estimate = Search(0);
        return double.IsFinite(lower) && double.IsFinite(upper) && double.IsFinite(estimate) ? (lower, upper, estimate) : null;

        double Root(double z) => (Statistic(low, z, experiment, control), Statistic(high, z, experiment, control)) switch
        {
            ( <= 0, _) => low,
            (_, >= 0) => high,
            _ => Search(z),
        };

        double Search(double z) => Brent.Root(low, high, shift => Statistic(shift, z, experiment, control), Accuracy);
    }

    private static double Spread(double m, double n, double ties) =>
        Math.Sqrt(m * n / 12 * (m + n + 1 - (ties / ((m + n) * (m + n - 1)))));

    /// <summary>Sum of the ranks of x - shift among both, ties ranked in their middle.</summary>
    /// <param name="ties">Σ(t³ - t) over groups of t equal points.</param>
    private static double RankSum(ReadOnlySpan<double> x, ReadOnlySpan<double> y, double shift, out double ties)
    {
        var points = new double[x.Length + y.Length];
        var isX = new bool[points.Length];
        for (var i = 0; i < x.Length; i++)
        {
            (points[i], isX[i]) = (x[i] - shift, true);
        }

        y.CopyTo(points.AsSpan(x.Length));
        Array.Sort(points, isX);
        var sum = ties = 0.0;
        for (int from = 0, to; from < points.Length; from = to)
        {
            for (to = from + 1; to < points.Length && points[to] == points[from]; to++)
            {
            }

            double alike = to - from;
            ties += (alike * alike * alike) - alike;
            sum += isX.AsSpan(from, to - from).Count(true) * (from + 1 + to) / 2.0;
        }

        return sum;
    }
}
