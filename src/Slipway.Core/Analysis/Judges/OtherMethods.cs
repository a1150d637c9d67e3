namespace Slipway.Core.Analysis.Judges;

/// <summary>Sequential methods that others use, to compare with. Slipway's own decisions come from none of them.</summary>
internal static class OtherMethods
{
    /// <summary>
    /// Natural log of the Bayes factor for "the candidate's share of the errors is not <paramref name="share"/>", with a beta prior around it:
    /// the two-sided Dirichlet-multinomial test of counts with two arms.
    /// </summary>
    /// <param name="candidate">Errors of the candidate.</param>
    /// <param name="baseline">Errors of the baseline.</param>
    /// <param name="share">The candidate's share of the traffic, above 0 and below 1.</param>
    /// <param name="concentration">k: how many errors the prior is worth.</param>
    /// <remarks>Lindon and Malek, arXiv:2011.03567.</remarks>
    public static double LogBetaBinomial(double candidate, double baseline, double share, double concentration = 100)
    {
        var (a, b) = (concentration * share, concentration * (1 - share));
        return GammaFunction.Log(a + candidate) + GammaFunction.Log(b + baseline) - GammaFunction.Log(concentration + candidate + baseline)
            - GammaFunction.Log(a) - GammaFunction.Log(b) + GammaFunction.Log(concentration)
            - (candidate * Math.Log(share)) - (baseline * Math.Log(1 - share));
    }

    /// <summary>Natural log of the mixture sequential probability ratio of a difference of error rates, both taken for normal.</summary>
    /// <param name="variance">τ²: of the difference under the alternative.</param>
    /// <remarks>Johari, Pekelis, Walsh, arXiv:1512.04922. At low counts its false alarms exceed their bound.</remarks>
    public static double LogMixtureRatio(in Window seen, double variance)
    {
        var pooled = (seen.CandidateErrors + seen.BaselineErrors) / (seen.CandidateRequests + seen.BaselineRequests);
        var noise = pooled * (1 - pooled) * ((1 / seen.CandidateRequests) + (1 / seen.BaselineRequests));
        var difference = (seen.CandidateErrors / seen.CandidateRequests) - (seen.BaselineErrors / seen.BaselineRequests);
        return noise > 0 ? (0.5 * Math.Log(noise / (noise + variance))) + (difference * difference * variance / (2 * noise * (noise + variance))) : 0;
    }

    /// <summary>Half the width of a band around an empirical distribution of <paramref name="n"/> points that holds at all times with probability 1 - α.</summary>
    /// <remarks>Howard and Ramdas, doi:10.3150/21-BEJ1388; used by Lindon, Sanden and Shirikian for Netflix's latencies, doi:10.1145/3534678.3539099.</remarks>
    public static double BandRadius(double n, double alpha) =>
        0.85 * Math.Sqrt((Math.Log(Math.Log(Math.E * n)) + (0.8 * Math.Log(1612 / alpha))) / n);
}
