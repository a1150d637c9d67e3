using System.Collections.Immutable;
using Slipway.Core.Analysis;
using Slipway.Core.Traffic;

namespace Slipway.Core.Deployments;

/// <summary>What a deployment hears of its checks.</summary>
public static class AnalysisInput
{
    public static DeploymentInput.Analysed Of(AnalysisReport report, ImmutableArray<Weight> gates)
    {
        var safe = gates.Where(report.IsSafeAt).Select(g => (Weight?)g).Max();
        var failures = report.Checks.Where(c => c.Verdict is Verdict.Fail).Select(ToEvidence).ToImmutableArray();
        var said = string.Join("; ", report.Checks.Select(c => $"{c.Name}: {c.Summary}"));
        return new DeploymentInput.Analysed(report.HasEvidence, safe, said, failures)
        {
            Blind = report.Blind is { } blind ? $"check {blind.Check}: {blind.Why}" : null,
            WhenBlind = report.Blind?.Then,
        };
    }

    /// <summary>The same, seen by a watcher that hears nothing of the gateways at all: that comes before what any check says.</summary>
    public static DeploymentInput.Analysed Deafened(DeploymentInput.Analysed input, string why) => input with { Blind = why, WhenBlind = null };

    /// <summary>Endless evidence has no form in JSON, and a failure that cannot be stored would never take effect.</summary>
    private static Evidence ToEvidence(CheckReport c) =>
        new(c.Name, c.Summary, Finite(c.LogEvidence), Finite(c.LogLimit), c.CandidateRequests, c.CandidateErrors, c.BaselineRequests, c.BaselineErrors) { DryRun = c.DryRun, Source = c.Source, Effect = c.Effect, Stratum = c.Stratum };

    private static double? Finite(double? value) => value is { } v && double.IsFinite(v) ? v : null;

    /// <summary>A deployment hears of changes only: evidence seen, a larger exposure safe, another check failed, measuring lost or back.</summary>
    public static bool Differs(DeploymentInput.Analysed now, DeploymentInput.Analysed? told) =>
        told is null || now.HasEvidence != told.HasEvidence || now.SafeAt != told.SafeAt || now.Blind is null != told.Blind is null || now.WhenBlind != told.WhenBlind || now.Failures.Length != told.Failures.Length;
}
