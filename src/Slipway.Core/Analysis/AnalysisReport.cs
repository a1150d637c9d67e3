using System.Collections.Immutable;
using Slipway.Core.Traffic;

namespace Slipway.Core.Analysis;

/// <summary>What the checks of one deployment say at one moment. Requests and errors are counted from the candidate's first request on.</summary>
public sealed record AnalysisReport
{
    /// <summary>
    /// Fail when any check fails; Error when one cannot be measured; Pass when every check that can is safe at the largest gate; Inconclusive
    /// otherwise, so also when nothing that could pass was asked for. Checks on a dry run do not count.
    /// </summary>
    public required Verdict Verdict { get; init; }

    public ImmutableArray<CheckReport> Checks { get; init; } = [];

    /// <summary>Smallest exposure first.</summary>
    public ImmutableArray<GateReport> Gates { get; init; } = [];

    /// <summary>A check that cannot be measured, more often in a row than its policy passes over; null while all can.</summary>
    public Blindness? Blind { get; init; }

    /// <summary>Whether anything of the candidate was counted or measured.</summary>
    public bool HasEvidence { get; init; }

    public long CandidateRequests { get; init; }

    public long CandidateErrors { get; init; }

    public long BaselineRequests { get; init; }

    public long BaselineErrors { get; init; }

    /// <summary>Whether the smallest gate that is not below the exposure is safe. False when there is no such gate.</summary>
    public bool IsSafeAt(Weight exposure) => Gates.FirstOrDefault(gate => gate.Exposure >= exposure) is { Safe: true };
}

/// <summary>What one check says. A failed one keeps the numbers of the moment at which it failed.</summary>
public sealed record CheckReport
{
    /// <summary>The check's name: its kind, or the one that was written.</summary>
    public required string Name { get; init; }

    public required Verdict Verdict { get; init; }

    /// <summary>Whose numbers it looked at: a metric source's name; null: the gateways'.</summary>
    public string? Source { get; init; }

    /// <summary>Of a failed check: the stratum that most of the evidence comes from, such as <c>route/checkout</c>, whose numbers these are then. Null: the whole.</summary>
    public string? Stratum { get; init; }

    /// <summary>How large the difference is; null for checks that know none.</summary>
    public EffectSize? Effect { get; init; }

    /// <summary>While it is inconclusive: a candidate so many times worse would be expected to have failed by now; null: no size would.</summary>
    public double? CouldSee { get; init; }

    /// <summary>What would change the verdict, in a sentence.</summary>
    public string? Change { get; init; }

    /// <summary>Nothing follows from what it says.</summary>
    public bool DryRun { get; init; }

    /// <summary>Natural log of the evidence for a defect: e to this power, to 1. Null for a check that is a rule, not a bet.</summary>
    public double? LogEvidence { get; init; }

    /// <summary>Natural log of the evidence at which the check fails, <c>ln(1/α)</c>. Null as above.</summary>
    public double? LogLimit { get; init; }

    public long CandidateRequests { get; init; }

    public long CandidateErrors { get; init; }

    public long BaselineRequests { get; init; }

    public long BaselineErrors { get; init; }

    /// <summary>Of an errors check that counts clients: what it counted. Null: it counts requests.</summary>
    public ClientTotals? Clients { get; init; }

    /// <summary>Of the latency check, once both sides have answered.</summary>
    public LatencySummary? Latency { get; init; }

    /// <summary>One sentence for people.</summary>
    public required string Summary { get; init; }
}

/// <summary>Clients of both sides, each once a second, and those of them that saw a failure in it.</summary>
public sealed record ClientTotals(long Candidate, long CandidateFailed, long Baseline, long BaselineFailed)
{
    internal ClientTotals(in Totals counted)
        : this(counted.CandidateRequests, counted.CandidateErrors, counted.BaselineRequests, counted.BaselineErrors)
    {
    }
}

/// <summary>Latencies of answered requests on both sides, each the upper bound of a bucket 2.2 % wide. For people; the check compares whole distributions.</summary>
public sealed record LatencySummary(TimeSpan CandidateMedian, TimeSpan BaselineMedian, TimeSpan CandidateP95, TimeSpan BaselineP95);

/// <summary>Whether the candidate was shown to be safe enough for an exposure.</summary>
public sealed record GateReport
{
    /// <summary>Share of all the project's users.</summary>
    public required Weight Exposure { get; init; }

    /// <summary>Safe to go on. Stays true unless a check fails.</summary>
    public required bool Safe { get; init; }

    /// <summary>Natural log of the evidence for being within the margin. Null: there is no errors check, only an answer is waited for.</summary>
    public double? LogEvidence { get; init; }

    /// <summary>Natural log of the evidence at which the gate opens, <c>ln(1/β)</c>. Null as above.</summary>
    public double? LogLimit { get; init; }

    /// <summary>The gate's margin: safe is an error rate below this many times the baseline's, plus <see cref="MarginDifference"/>.</summary>
    public double? MarginRatio { get; init; }

    /// <summary>Share of requests, 0 to 1.</summary>
    public double? MarginDifference { get; init; }

    /// <summary>One sentence for people.</summary>
    public required string Summary { get; init; }
}
