using System.Collections.Immutable;

namespace Slipway.Core.Analysis.Judges;

/// <summary>
/// Judges time series as Kayenta's <c>NetflixACAJudge-v1.0</c> does, for teams who move over. The same points give the same labels,
/// score and classification. Slower and blinder than Slipway's own checks; what differs on purpose is
/// <see cref="KayentaJudgement.Verdict"/>.
/// </summary>
/// <remarks>Read from its source, https://github.com/spinnaker/kayenta at a69573be.</remarks>
public static class KayentaJudge
{
    /// <param name="metrics">Each with its points so far.</param>
    /// <param name="weights">Percent of each group; groups without one share what is left to 100.</param>
    /// <param name="thresholds">75 and 50 when null.</param>
    public static KayentaJudgement Judge(ImmutableArray<KayentaMetric> metrics, ImmutableDictionary<string, double> weights, KayentaThresholds? thresholds = null) =>
        KayentaScore.Of([.. metrics.Select(KayentaClassifier.Classify)], weights, thresholds);

    /// <summary>Whether Spinnaker's canary stage goes on after one of its intervals. A score of exactly marginal stops it.</summary>
    public static bool GoesOn(double score, double? marginal) => marginal is null || score > marginal;

    /// <summary>How Spinnaker's canary stage ends: by its last score alone.</summary>
    public static bool Succeeds(double last, double? marginal, double? pass) => GoesOn(last, marginal) && (pass is null || last >= pass);
}
