using System.Collections.Immutable;

namespace Slipway.Core.Analysis;

/// <summary>Which detector is run over recorded windows.</summary>
public enum RecordedDetector
{
    /// <summary>Errors of requests: worse?</summary>
    Rate,

    /// <summary>Any count, or sum of values from 0 to 1, of any exposure: worse?</summary>
    Count,

    /// <summary>Errors of requests: surely no worse than a margin?</summary>
    Safe,

    /// <summary>Histograms: slower?</summary>
    Latency,

    /// <summary>Parts of the baseline: how much more do they differ than by chance?</summary>
    Dispersion,

    /// <summary>Pairs of numbers: is the candidate's higher?</summary>
    Gauge,

    /// <summary>Evidence of several detectors as one.</summary>
    Combine,

    /// <summary>Points of both sides, as Kayenta judges them.</summary>
    Kayenta,

    /// <summary>Numbers of the candidate against limits, as Argo Rollouts or Flagger count.</summary>
    Threshold,
}

/// <summary>A detector's settings, named as in docs/analysis-replay.md.</summary>
public sealed record RecordedConfig
{
    /// <summary>How many times the baseline's rate is no defect. Above 0.</summary>
    public double Rho0 { get; init; } = 1;

    /// <summary>Difference of rates that is no defect. From 0 to below 1.</summary>
    public double Delta0 { get; init; }

    /// <summary>Share of the stake that is bet from the start. Above 0, below 1.</summary>
    public double Pi0 { get; init; } = 0.5;

    /// <summary>Seconds after which half of the rest is staked. Above 0.</summary>
    public double Tau { get; init; } = 900;

    /// <summary>Seconds after which what was learned of the baseline counts half. Above 0.</summary>
    public double Half { get; init; } = 1800;

    /// <summary>Requests below which nothing is forgotten.</summary>
    public double Cap { get; init; } = 2000;

    /// <summary>Safe: how many times the baseline's rate would be too much. Above 0.</summary>
    public double RhoSafe { get; init; } = 1.5;

    /// <summary>Safe: added to that. From 0 to below 1.</summary>
    public double DeltaSafe { get; init; }

    /// <summary>The baseline's errors and requests from before.</summary>
    public double HistoryErrors { get; init; }

    public double HistoryRequests { get; init; }

    /// <summary>Latency: the baseline's histogram from before, counts of each bucket.</summary>
    public ImmutableArray<long> HistoryBuckets { get; init; } = [];

    /// <summary>Chance of ever failing what is healthy. Above 0, below 1.</summary>
    public double Alpha { get; init; } = 0.01;

    /// <summary>Chance of ever calling safe what is not. Above 0, below 1.</summary>
    public double Beta { get; init; } = 0.05;

    /// <summary>Dispersion: block lengths in windows; each at least 1.</summary>
    public ImmutableArray<int> Scales { get; init; } = [10, 60, 300];

    /// <summary>Dispersion: degrees of freedom that the belief in 1 is worth.</summary>
    public double K0 { get; init; } = 10;

    /// <summary>Dispersion: below this, it is taken for 1.</summary>
    public double DeadBand { get; init; } = 1.15;

    /// <summary>Gauge: difference that is no defect.</summary>
    public double Margin { get; init; }

    /// <summary>Combine: share of each detector; they add up to 1.</summary>
    public ImmutableArray<double> Weights { get; init; } = [];

    /// <summary>Kayenta: how one metric is judged; its points come from the windows.</summary>
    public Judges.KayentaMetric? Metric { get; init; }

    /// <summary>Kayenta: from which score on it passes, and is marginal.</summary>
    public Judges.KayentaThresholds Scores { get; init; } = new();

    /// <summary>Threshold: what is a success.</summary>
    public Judges.FlaggerRange Range { get; init; } = new();

    /// <summary>Threshold: Argo's limits.</summary>
    public Judges.ArgoRule Argo { get; init; } = new();

    /// <summary>Threshold: Flagger's rule; null: Argo's.</summary>
    public Judges.FlaggerRule? Flagger { get; init; }
}

/// <summary>What one side did in a window. Which fields count depends on the detector.</summary>
/// <param name="Requests">Or the exposure of a count.</param>
/// <param name="Errors">Or the count.</param>
/// <param name="Buckets">Latency: counts of each bucket, slower ones later.</param>
/// <param name="Shards">Dispersion: requests and errors of each part.</param>
public sealed record RecordedSide(double Requests, double Errors, ImmutableArray<long> Buckets, ImmutableArray<(double Requests, double Errors)> Shards)
{
    /// <summary>Gauge, Kayenta, threshold: the number; null: there was none.</summary>
    public double? Value { get; init; }
}

/// <param name="At">Seconds since the start, at the window's end; never falls.</param>
/// <param name="Eta">Share of the evidence that is believed (1/φ), above 0 to 1.</param>
public sealed record RecordedWindow(double At, double Eta, RecordedSide Candidate, RecordedSide Baseline)
{
    /// <summary>Combine: natural log of the evidence of each detector.</summary>
    public ImmutableArray<double> LogE { get; init; } = [];
}

/// <summary>What a detector said after each window, and when it decided first.</summary>
/// <param name="LogE">Natural log of the evidence that decides.</param>
/// <param name="LogStatic">The same with all of the stake bet from the start; for safe the same as <paramref name="LogE"/>.</param>
/// <param name="Phi">Dispersion only.</param>
/// <param name="Decision"><c>fail</c>, <c>safe</c> or <c>inconclusive</c>.</param>
/// <param name="At">Seconds; null while it is inconclusive.</param>
public sealed record RecordedVerdict(ImmutableArray<double> LogE, ImmutableArray<double> LogStatic, ImmutableArray<double> Phi, string Decision, double? At)
{
    /// <summary>Combine: after each window, the p-value that holds at all times at once.</summary>
    public ImmutableArray<double> PValue { get; init; } = [];

    /// <summary>Kayenta: the whole judgement.</summary>
    public Judges.KayentaJudgement? Judgement { get; init; }

    /// <summary>Threshold: failed measurements after each window.</summary>
    public ImmutableArray<int> Failed { get; init; } = [];
}
