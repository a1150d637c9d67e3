using Slipway.Core.Analysis;

namespace Slipway.Bench.Detection;

/// <summary>
/// How many candidate requests any test needs on average that ever alarms on a healthy candidate with a probability of at most α:
/// <c>ln(1/α)</c> over the information that one candidate request, with the baseline requests beside it, has against the nearest healthy pair (Wald 1945).
/// </summary>
internal static class Bound
{
    public const double Alpha = 0.01;

    public static double Limit => -Math.Log(Alpha);

    /// <param name="ratio">ρ0 of the null: healthy is up to so many times the baseline's error rate.</param>
    public static double Errors(Cell cell, double ratio)
    {
        var (pc, pb, w) = (cell.CandidateErrors, cell.Level.ErrorRate, cell.Weight);
        var (qc, qb) = LogEvidence.Nearest(new Window(w, 0, 1 - w, 0), pc, pb, ratio, 0);
        return Limit / (Divergence(pc, qc) + ((1 - w) / w * Divergence(pb, qb)));
    }

    /// <summary>Of two distributions over the same fine buckets, against "they are alike".</summary>
    public static double Latency(double[] candidate, double[] baseline, double w)
    {
        var information = 0.0;
        for (var i = 0; i < candidate.Length; i++)
        {
            var mixed = (w * candidate[i]) + ((1 - w) * baseline[i]);
            information += Term(candidate[i], mixed) + ((1 - w) / w * Term(baseline[i], mixed));
        }

        return Limit / information;
    }

    private static double Divergence(double p, double q) => Term(p, q) + Term(1 - p, 1 - q);

    private static double Term(double p, double q) => p > 0 ? p * Math.Log(p / q) : 0;
}
