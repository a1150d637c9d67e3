using System.Collections.Immutable;
using static Slipway.Core.Analysis.Sentences;

namespace Slipway.Core.Analysis.Judges;

/// <summary>Slipway's verdict on what Kayenta scored: a defect that was measured fails, and what was not measured never passes.</summary>
internal static class KayentaVerdict
{
    /// <param name="best">The score when everything without data counts in the candidate's favour.</param>
    public static (Verdict Verdict, string Summary) Of(
        ImmutableArray<KayentaResult> counted, ImmutableArray<KayentaGroupScore> groups, double best, KayentaThresholds thresholds)
    {
        var critical = Names(counted.Where(result => result is { IsCritical: true, Label: KayentaLabel.High or KayentaLabel.Low }));
        if (critical.Length > 0)
        {
            return (Verdict.Fail, $"Critical and changed: {critical}");
        }

        var score = Text($"Score {best:0.##} of 100 (passes from {thresholds.Pass:0.##}, fails below {thresholds.Marginal:0.##})");
        var changed = Names(counted.Where(result => result.Label is KayentaLabel.High or KayentaLabel.Low or KayentaLabel.NodataFailMetric));
        if (groups.Length > 0 && best < thresholds.Marginal)
        {
            return (Verdict.Fail, $"{score}; not passed: {changed}");
        }

        var broken = Names(counted.Where(result => result.Label is KayentaLabel.Error));
        if (broken.Length > 0)
        {
            return (Verdict.Error, $"Could not be compared: {broken}; points must be finite numbers");
        }

        return Missing(counted, groups) is { } missing
            ? (Verdict.Inconclusive, $"Insufficient evidence: {missing}")
            : best >= thresholds.Pass ? (Verdict.Pass, score) : (Verdict.Inconclusive, $"{score}; not passed: {changed}");
    }

    private static string? Missing(ImmutableArray<KayentaResult> counted, ImmutableArray<KayentaGroupScore> groups)
    {
        var empty = groups.Where(group => !group.HasData).Select(group => group.Name).ToList();
        var critical = Names(counted.Where(result => result.IsCritical && result.Label is KayentaLabel.Nodata));
        return counted.IsEmpty ? "there is no metric"
            : critical.Length > 0 ? $"no data of critical {critical}"
            : empty.Count > 0 ? $"no data in group {string.Join(", ", empty)}"
            : KayentaScore.IsMostlyNodata(counted) ? $"no data of half of the metrics or more: {Names(counted.Where(result => result.Label is KayentaLabel.Nodata))}"
            : null;
    }

    private static string Names(IEnumerable<KayentaResult> results) => string.Join(", ", results.Select(result => $"{result.Name} ({result.Label})"));
}
