namespace Slipway.Core.Analysis.Judges;

/// <summary>Kayenta's outlier rule with reduced sensitivity: out is only what is beyond the 1st or 99th percentile and beyond three interquartile ranges.</summary>
internal static class Outliers
{
    private const double Factor = 3;

    public static double[] Removed(IReadOnlyList<double> points)
    {
        double[] sorted = [.. points.Order()];
        var (quarter, threeQuarters) = (Percentile(sorted, 0.25), Percentile(sorted, 0.75));
        var reach = Factor * (threeQuarters - quarter);
        var (low, high) = (Math.Min(Percentile(sorted, 0.01), quarter - reach), Math.Max(Percentile(sorted, 0.99), threeQuarters + reach));
        return [.. points.Where(point => point >= low && point <= high)];
    }

    // Interpolated at p·(n + 1), as Apache Commons does (Hyndman and Fan's type 6).
    private static double Percentile(double[] sorted, double share)
    {
        var at = share * (sorted.Length + 1);
        var below = (int)Math.Floor(at);
        return below < 1 ? sorted[0]
            : below >= sorted.Length ? sorted[^1]
            : sorted[below - 1] + ((at - below) * (sorted[below] - sorted[below - 1]));
    }
}
