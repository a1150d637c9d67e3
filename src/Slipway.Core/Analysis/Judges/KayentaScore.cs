using System.Collections.Immutable;

namespace Slipway.Core.Analysis.Judges;

/// <summary>Scores labelled metrics as Kayenta's <c>WeightedSumScorer</c> does.</summary>
public static class KayentaScore
{
    /// <summary>From this share of metrics without data on (percent), the score is 0.</summary>
    private const double MostNodata = 50;

    /// <param name="results">Muted ones are not counted.</param>
    /// <param name="weights">Percent of each group; groups without one share what is left to 100. The weight of a group without results is lost.</param>
    /// <param name="thresholds">75 and 50 when null.</param>
    /// <returns>Kayenta's own score and word; see <see cref="KayentaJudgement.Verdict"/> for where Slipway's differs.</returns>
    public static KayentaJudgement Of(ImmutableArray<KayentaResult> results, ImmutableDictionary<string, double> weights, KayentaThresholds? thresholds = null)
    {
        ArgumentNullException.ThrowIfNull(weights);
        thresholds ??= new();
        ImmutableArray<KayentaResult> counted = [.. results.Where(result => !result.Muted)];
        var groups = Groups(counted, weights);
        var best = Rounded(groups.Sum(group => group.Score * (group.Weight / 100)));
        var score = IsZero(counted) ? 0 : best;
        var (verdict, summary) = KayentaVerdict.Of(counted, groups, best, thresholds);
        return new()
        {
            Score = score,
            Classification = Word(score, thresholds),
            Verdict = verdict,
            Groups = groups,
            Metrics = results,
            Summary = summary,
        };
    }

    /// <summary>Too many metrics without data for a score other than 0. Also true when there are none at all.</summary>
    internal static bool IsMostlyNodata(ImmutableArray<KayentaResult> counted) =>
        counted.Count(result => result.Label is KayentaLabel.Nodata) * 100.0 >= MostNodata * counted.Length;

    internal static KayentaClassification Word(double score, KayentaThresholds thresholds) =>
        score >= thresholds.Pass ? KayentaClassification.Pass : score >= thresholds.Marginal ? KayentaClassification.Marginal : KayentaClassification.Fail;

    private static bool IsZero(ImmutableArray<KayentaResult> counted) =>
        counted.Any(result => result.IsCritical && result.Label is not KayentaLabel.Pass) || IsMostlyNodata(counted);

    private static ImmutableArray<KayentaGroupScore> Groups(ImmutableArray<KayentaResult> counted, ImmutableDictionary<string, double> weights)
    {
        var groups = counted.SelectMany(result => result.Groups.Select(group => (Group: group, Result: result))).GroupBy(pair => pair.Group, pair => pair.Result).ToList();
        var unweighted = groups.Count(group => !weights.ContainsKey(group.Key));
        var rest = unweighted == 0 ? 0 : (100 - weights.Values.Sum()) / unweighted;
        return [.. groups.Select(group => Group(group.Key, [.. group], weights.GetValueOrDefault(group.Key, rest)))];
    }

    private static KayentaGroupScore Group(string name, ImmutableArray<KayentaResult> results, double weight)
    {
        var passed = results.Count(result => result.Label is KayentaLabel.Pass);
        var all = results.Count(result => result.Label is not (KayentaLabel.Nodata or KayentaLabel.Error));
        return new(name, all == 0 ? 100 : 100.0 * passed / all, weight, results.Any(result => result.HasData && result.Label is not KayentaLabel.Error));
    }

    private static double Rounded(double score) => Math.Floor((score * 100) + 0.5) / 100;
}
