using System.Collections.Immutable;

namespace Slipway.Core.Analysis.Judges;

/// <summary>Which change of a metric is bad.</summary>
public enum KayentaDirection
{
    Either,
    Increase,
    Decrease,
}

/// <summary>What becomes of points that are not a number.</summary>
public enum KayentaNaNStrategy
{
    /// <summary>They are left out.</summary>
    Remove,

    /// <summary>They are 0: for metrics of which nothing means none.</summary>
    Replace,
}

/// <summary>How the size of a change is measured.</summary>
public enum KayentaMeasure
{
    /// <summary>The experiment's mean over the control's; 1 is no change.</summary>
    MeanRatio,

    /// <summary>Common language effect size: how often a point of the experiment is above one of the control; 0.5 is no change.</summary>
    Cles,
}

/// <summary>How large a change must be to count. A limit that is null is the measure's "no change".</summary>
/// <param name="AllowedIncrease">An increase of at least this is High.</param>
/// <param name="AllowedDecrease">A decrease to at most this is Low.</param>
/// <param name="CriticalIncrease">Of a critical metric: an increase of at least this fails the whole judgement.</param>
/// <param name="CriticalDecrease">Of a critical metric: a decrease to at most this fails the whole judgement.</param>
public sealed record KayentaEffect(
    KayentaMeasure Measure = KayentaMeasure.MeanRatio,
    double? AllowedIncrease = null,
    double? AllowedDecrease = null,
    double? CriticalIncrease = null,
    double? CriticalDecrease = null);

/// <summary>One metric to be judged: its points over time on both sides, and how it counts. Defaults are those of Kayenta's <c>NetflixACAJudge-v1.0</c>.</summary>
public sealed record KayentaMetric
{
    public required string Name { get; init; }

    /// <summary>The groups in whose score it counts; at least one.</summary>
    public required ImmutableArray<string> Groups { get; init; }

    /// <summary>Points of the baseline, in any order. A point that is missing is <see cref="double.NaN"/> or left out.</summary>
    public required ImmutableArray<double> Control { get; init; }

    /// <summary>Points of the candidate; need not be as many.</summary>
    public required ImmutableArray<double> Experiment { get; init; }

    public KayentaDirection Direction { get; init; }

    public KayentaNaNStrategy NaNStrategy { get; init; }

    /// <summary>Leaves out points beyond both the first and last percentile and three interquartile ranges.</summary>
    public bool RemoveOutliers { get; init; }

    /// <summary>When it does not pass, nothing does.</summary>
    public bool Critical { get; init; }

    /// <summary>Without data it counts as failed. Not used for a critical metric, which fails everything then.</summary>
    public bool MustHaveData { get; init; }

    /// <summary>Judged and shown, but not counted.</summary>
    public bool Muted { get; init; }

    public KayentaEffect Effect { get; init; } = new();

    /// <summary>Of the interval of the shift, above 0 and below 1. Kayenta has this value built in.</summary>
    public double Confidence { get; init; } = 0.98;

    /// <summary>The interval must be further from 0 than this many times the estimated shift. Kayenta has this value built in.</summary>
    public double Tolerance { get; init; } = 0.25;
}
