namespace Slipway.Core.Analysis;

/// <summary>Sums of numbers of which only the logs are kept, without overflow.</summary>
internal static class LogSum
{
    /// <summary><c>ln(e^a + e^b)</c>; minus infinity stands for nothing.</summary>
    public static double Of(double a, double b)
    {
        var (high, low) = a > b ? (a, b) : (b, a);
        return double.IsNegativeInfinity(low) ? high : high + Math.Log(1 + Math.Exp(low - high));
    }

    public static double Of(ReadOnlySpan<double> logs)
    {
        var high = double.NegativeInfinity;
        foreach (var log in logs)
        {
            high = Math.Max(high, log);
        }

        if (double.IsNegativeInfinity(high))
        {
            return high;
        }

        var sum = 0.0;
        foreach (var log in logs)
        {
            sum += Math.Exp(log - high);
        }

        return high + Math.Log(sum);
    }
}
