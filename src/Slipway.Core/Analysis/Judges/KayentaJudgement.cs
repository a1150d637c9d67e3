using System.Collections.Immutable;

namespace Slipway.Core.Analysis.Judges;

/// <summary>What Kayenta calls the outcome of one metric.</summary>
public enum KayentaLabel
{
    Pass,
    High,
    Low,

    /// <summary>A side has no points.</summary>
    Nodata,

    /// <summary>The same of a metric that must have data: counts as failed.</summary>
    NodataFailMetric,

    /// <summary>The points could not be compared. Kayenta does not count it at all.</summary>
    Error,
}

/// <summary>What Kayenta calls the outcome of all metrics.</summary>
public enum KayentaClassification
{
    Fail,
    Marginal,
    Pass,
}

/// <summary>The scores, 0 to 100, from which on a judgement is not a Fail, and is a Pass.</summary>
public sealed record KayentaThresholds(double Pass = 75, double Marginal = 50);

/// <summary>The comparison behind a label.</summary>
/// <param name="Lower">Lower end of the interval of the shift from control to experiment, in the metric's unit.</param>
/// <param name="Upper">Upper end of it.</param>
/// <param name="Estimate">Hodges and Lehmann's estimate of the shift.</param>
/// <param name="EffectSize">As the metric measures it; <see cref="double.NaN"/> where a mean is 0.</param>
public sealed record KayentaComparison(double Lower, double Upper, double Estimate, double EffectSize);

/// <summary>How one metric was judged.</summary>
/// <param name="IsCritical">Critical, and not passed by more than its critical limits allow: fails everything.</param>
/// <param name="HasData">Both sides had points. A metric can be labelled Pass without (<see cref="KayentaNaNStrategy.Replace"/>).</param>
/// <param name="Comparison">Null when there was nothing to compare, or no need to.</param>
public sealed record KayentaResult(
    string Name,
    KayentaLabel Label,
    bool IsCritical,
    ImmutableArray<string> Groups,
    bool HasData = true,
    bool Muted = false,
    KayentaComparison? Comparison = null);

/// <summary>Score of one group, 0 to 100.</summary>
/// <param name="Weight">Percent of the whole.</param>
/// <param name="HasData">Without, Kayenta counts the score as 100.</param>
public sealed record KayentaGroupScore(string Name, double Score, double Weight, bool HasData);

/// <summary>How all metrics together were judged: by Kayenta's own rules, and as Slipway's verdict.</summary>
public sealed record KayentaJudgement
{
    /// <summary>Kayenta's score, 0 to 100, with two decimals.</summary>
    public required double Score { get; init; }

    /// <summary>Kayenta's word for that score.</summary>
    public required KayentaClassification Classification { get; init; }

    /// <summary>
    /// Differs from Kayenta's where nothing was measured: a group without data, half of the metrics or a critical one without data
    /// is no evidence, so Inconclusive and never Pass; a metric that could not be compared is Error. Marginal is Inconclusive.
    /// </summary>
    public required Verdict Verdict { get; init; }

    public required ImmutableArray<KayentaGroupScore> Groups { get; init; }

    public required ImmutableArray<KayentaResult> Metrics { get; init; }

    /// <summary>One sentence for people.</summary>
    public required string Summary { get; init; }
}
