namespace Slipway.Core.Analysis;

/// <summary>
/// Natural logs of e-values: under the null their expectation (of the plain value) is at most 1, for one window given all
/// windows before it. So their running sum may be looked at as often as one likes; it ever reaches <c>ln(1/α)</c> with a
/// probability of at most α (Ville's inequality).
/// </summary>
internal static class LogEvidence
{
    // Rates of 0 and 1 would bet everything on one outcome; no bet is ever that sure.
    private const double Tiny = 1e-12;

    // Nobody is safe who fails every request, and so near to 1 the null's edge cannot be told from it in doubles.
    private const double NearlyAll = 1 - 1e-6;

    /// <summary>
    /// Against the null <c>p_c ≤ ratio · p_b + difference</c>, betting on the given rates. 0 when they are inside the null.
    /// </summary>
    /// <remarks>Reverse information projection on a convex null: Turner, Ly, Grünwald, doi:10.1016/j.jspi.2023.106116; arXiv:2203.09785.</remarks>
    public static double OfWorse(in Window seen, double candidateRate, double baselineRate, double ratio, double difference)
    {
        var (a, b) = (Sane(candidateRate), Sane(baselineRate));
        return a > (ratio * b) + difference && seen.HasBothSides ? Bet(seen, a, b, ratio, difference) : 0;
    }

    /// <summary>Against the null <c>p_c ≥ ratio · p_b + difference</c>; otherwise as <see cref="OfWorse"/>.</summary>
    public static double OfSafe(in Window seen, double candidateRate, double baselineRate, double ratio, double difference)
    {
        var (a, b) = (Sane(candidateRate), Sane(baselineRate));
        return a < (ratio * b) + difference && difference < 1 && a < NearlyAll && seen.HasBothSides ? Bet(seen, a, b, ratio, difference) : 0;
    }

    /// <summary>
    /// Against <c>mean_c ≤ ratio · mean_b</c> for Poisson counts, or sums of values from 0 to 1, per unit of exposure. Bets that
    /// the candidate's mean is <paramref name="effect"/> (above 1) times the null's.
    /// </summary>
    public static double OfCounts(in Window seen, double effect, double ratio)
    {
        if (!seen.HasBothSides || effect <= 1)
        {
            return 0;
        }

        // Both shares of the conditional binomial over their null values, with the common denominators taken out: nothing here can be 0/0.
        var exposure = seen.CandidateRequests * ratio;
        var common = Math.Log((exposure + seen.BaselineRequests) / ((exposure * effect) + seen.BaselineRequests));
        return ((seen.CandidateErrors + seen.BaselineErrors) * common) + (seen.CandidateErrors * Math.Log(effect));
    }

    /// <summary>
    /// Against <c>mean_c ≥ ratio · mean_b</c> for the same counts, betting that the candidate's mean is <paramref name="factor"/> times the
    /// baseline's: the bet of <see cref="OfCounts"/> with the sides exchanged.
    /// </summary>
    public static double OfFewer(in Window seen, double factor, double ratio) =>
        OfCounts(new(seen.BaselineRequests, seen.BaselineErrors, seen.CandidateRequests, seen.CandidateErrors), ratio / factor, 1 / ratio);

    /// <summary>
    /// Bets on which side each outcome came from. Against "both sides have the same distribution over the buckets" for any
    /// positive tilt, and against "the candidate is stochastically smaller or equal" when the tilt never falls.
    /// </summary>
    /// <param name="candidate">Counts of each bucket.</param>
    /// <param name="baseline">Counts of each bucket.</param>
    /// <param name="tilt">Likelihood ratio of each bucket, above 0, fixed before the window began.</param>
    /// <remarks>Betting two-sample test, after Podkopaev and Ramdas, arXiv:2305.00143, with the realised share of the candidate.</remarks>
    public static double OfLabels(ReadOnlySpan<long> candidate, ReadOnlySpan<long> baseline, ReadOnlySpan<double> tilt) =>
        OfLabels(candidate, baseline, tilt, []);

    /// <param name="logTilt">The tilt's logs, where they are at hand; empty otherwise.</param>
    internal static double OfLabels(ReadOnlySpan<long> candidate, ReadOnlySpan<long> baseline, ReadOnlySpan<double> tilt, ReadOnlySpan<double> logTilt)
    {
        var (nc, nb) = (Total(candidate), Total(baseline));
        if (nc == 0 || nb == 0)
        {
            return 0;
        }

        // Many tilts have few steps: logarithms are what this costs.
        var share = nc / (nc + nb);
        var (sum, step, logMixed) = (0.0, double.NaN, 0.0);
        for (var i = 0; i < tilt.Length; i++)
        {
            var both = candidate[i] + (double)baseline[i];
            if (both == 0)
            {
                continue;
            }

            if (tilt[i] != step)
            {
                step = tilt[i];
                logMixed = Math.Log((share * step) + (1 - share));
            }

            sum -= both * logMixed;
            if (candidate[i] > 0)
            {
                sum += candidate[i] * (logTilt.IsEmpty ? Math.Log(step) : logTilt[i]);
            }
        }

        return sum;
    }

    /// <summary>The null's point nearest to the alternative, <c>argmin n_c KL(a_c‖q_c) + n_b KL(a_b‖q_b)</c>; it lies on the null's edge.</summary>
    internal static (double Candidate, double Baseline) Nearest(in Window seen, double a, double b, double ratio, double difference)
    {
        var q = difference == 0 ? NearestOnRay(seen, a, b, ratio) : NearestOnLine(seen, a, b, ratio, difference);
        return (Sane((ratio * q) + difference, double.Epsilon), Sane(q, double.Epsilon));
    }

    private static double Bet(in Window seen, double a, double b, double ratio, double difference)
    {
        var (qa, qb) = Nearest(seen, a, b, ratio, difference);
        return (seen.CandidateErrors * Math.Log(a / qa)) + (Math.Max(0, seen.CandidateRequests - seen.CandidateErrors) * Math.Log((1 - a) / (1 - qa)))
            + (seen.BaselineErrors * Math.Log(b / qb)) + (Math.Max(0, seen.BaselineRequests - seen.BaselineErrors) * Math.Log((1 - b) / (1 - qb)));
    }

    private static double NearestOnRay(in Window seen, double a, double b, double ratio)
    {
        var (nc, nb) = (seen.CandidateRequests, seen.BaselineRequests);
        var square = ratio * (nc + nb);
        var linear = (nc * (a + ratio)) + (nb * ((ratio * b) + 1));
        var constant = (nc * a) + (nb * b);

        // The smaller root, in the form that does not subtract near-equal numbers. At a ratio of 1 it is the pooled mean.
        return 2 * constant / (linear + Math.Sqrt(Math.Max(0, (linear * linear) - (4 * square * constant))));
    }

    private static double NearestOnLine(in Window seen, double a, double b, double ratio, double difference)
    {
        var (low, high) = (Math.Max(0, -difference / ratio), Math.Min(1, (1 - difference) / ratio));
        var middle = 0.5 * (low + high);
        while (middle > low && middle < high)
        {
            var c = (ratio * middle) + difference;
            var slope = (seen.CandidateRequests * ratio * (c - a) / (c * (1 - c))) + (seen.BaselineRequests * (middle - b) / (middle * (1 - middle)));
            (low, high) = slope > 0 ? (low, middle) : (middle, high);
            middle = 0.5 * (low + high);
        }

        return middle;
    }

    private static double Sane(double rate, double tiny = Tiny) => Math.Clamp(rate, tiny, tiny < Tiny ? Math.BitDecrement(1.0) : 1 - tiny);

    private static double Total(ReadOnlySpan<long> counts)
    {
        var sum = 0.0;
        foreach (var count in counts)
        {
            sum += count;
        }

        return sum;
    }
}
