namespace Slipway.Core.Analysis.Judges;

/// <summary>The t-test that may be looked at all the time: evidence against "the mean of the differences is 0", whatever their variance.</summary>
internal static class StudentTest
{
    /// <summary>
    /// Natural log of the e-value of normal differences, two-sided: to ask about one side, take it for nothing while the mean is on the other. 0 while there
    /// are fewer than two differences; where they are all alike and not 0, their variance has no estimate and it is 0 too.
    /// </summary>
    /// <param name="mean">Of the differences.</param>
    /// <param name="variance">Of the differences, without bias (n - 1).</param>
    /// <param name="n">How many.</param>
    /// <param name="effect">τ²: variance of the effect under the alternative, in units of the differences' own variance.</param>
    /// <remarks>Lai 1976; Wang and Ramdas, arXiv:2310.03722: the right-Haar mixture with a normal effect.</remarks>
    public static double LogEvidence(double mean, double variance, double n, double effect = 1)
    {
        if (n < 2 || !(variance > 0))
        {
            return 0;
        }

        var freedom = n - 1;
        var square = n * mean * mean / variance;
        var grown = 1 + (n * effect);
        return (-0.5 * Math.Log(grown)) + (0.5 * n * (LogOnePlus(square / freedom) - LogOnePlus(square / (freedom * grown))));
    }

    // ln(1+x) that keeps its digits near 0.
    private static double LogOnePlus(double x)
    {
        var sum = 1 + x;
        return sum == 1 ? x : Math.Log(sum) * (x / (sum - 1));
    }
}
