using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Slipway.Core.Analysis;
using Slipway.Core.Analysis.Judges;

namespace Slipway.Core.Tests.Analysis.Judges;

/// <summary>Numbers of the peers' rules and methods made by an independent implementation; see <c>tests/data/analysis-vectors.json</c>.</summary>
public class JudgeVectorTests
{
    private static readonly JsonElement Vectors = Load();

    [Fact]
    public void MannWhitneyMatches()
    {
        foreach (var v in Group("kayenta_mann_whitney"))
        {
            var (experiment, control, confidence) = (Doubles(v, "experiment"), Doubles(v, "control"), D(v, "conf"));
            Close(D(v, "U_experiment"), MannWhitney.U(experiment, control));
            Close(D(v, "p_two_sided_asymptotic_cc"), MannWhitney.PValue(experiment, control));
            Close(D(v, "wdiff_mu0_q0"), MannWhitney.Statistic(0, 0, experiment, control));
            var (lower, upper, estimate) = MannWhitney.Interval(experiment, control, confidence)!.Value;
            Close(D(v, "ci_low"), lower);
            Close(D(v, "ci_high"), upper);
            Close(D(v, "estimate"), estimate);
        }
    }

    [Fact]
    public void LabelsAndEffectSizesMatch()
    {
        foreach (var v in Group("kayenta_mann_whitney"))
        {
            var metric = Metric(v) with { Confidence = D(v, "conf") };
            var either = KayentaClassifier.Classify(metric);
            Assert.Equal(Text(v, "label_either_tol025"), either.Label.ToString());
            Close(D(v, "mean_ratio"), either.Comparison!.EffectSize);
            Close(D(v, "cles"), KayentaClassifier.Classify(metric with { Effect = new(KayentaMeasure.Cles) }).Comparison!.EffectSize);
            var increase = metric with { Direction = KayentaDirection.Increase, Effect = new(AllowedIncrease: 1.2) };
            Assert.Equal(Text(v, "label_increase_allow1_2"), KayentaClassifier.Classify(increase).Label.ToString());
            var critical = KayentaClassifier.Classify(metric with { Direction = KayentaDirection.Increase, Critical = true, Effect = new(CriticalIncrease: 5) });
            Assert.Equal(v.GetProperty("critical_increase_crit5")[0].GetString(), critical.Label.ToString());
            Assert.Equal(v.GetProperty("critical_increase_crit5")[1].GetBoolean(), critical.IsCritical);
        }
    }

    [Fact]
    public void MetricsWithoutDataMatch()
    {
        foreach (var v in Group("kayenta_nodata"))
        {
            var result = KayentaClassifier.Classify(Metric(v) with
            {
                NaNStrategy = Text(v, "nan") == "remove" ? KayentaNaNStrategy.Remove : KayentaNaNStrategy.Replace,
                Critical = v.GetProperty("critical").GetBoolean(),
                MustHaveData = v.GetProperty("must").GetBoolean(),
            });
            Assert.Equal(v.GetProperty("expect")[0].GetString(), result.Label.ToString());
            Assert.Equal(v.GetProperty("expect")[1].GetBoolean(), result.IsCritical);
        }
    }

    [Fact]
    public void ScoresMatch()
    {
        foreach (var v in Group("kayenta_score"))
        {
            var results = v.GetProperty("results").EnumerateArray().Select((r, i) => new KayentaResult(
                $"m{i}",
                Enum.Parse<KayentaLabel>(Text(r, "label")),
                r.GetProperty("critical").GetBoolean(),
                [.. r.GetProperty("groups").EnumerateArray().Select(g => g.GetString()!)]));
            var weights = v.GetProperty("weights").EnumerateObject().ToImmutableDictionary(w => w.Name, w => w.Value.GetDouble());
            var judged = KayentaScore.Of([.. results], weights, new(D(v, "pass_threshold"), D(v, "marginal_threshold")));
            Close(D(v, "score"), judged.Score);
            Assert.Equal(Text(v, "classification"), judged.Classification.ToString());
        }
    }

    [Fact]
    public void FlaggersRuleMatches()
    {
        foreach (var v in Group("flagger"))
        {
            var (rule, range) = (new FlaggerRule(v.GetProperty("threshold").GetInt32()), new FlaggerRange(Min: D(v, "min")));
            var end = Doubles(v, "success_rate").Aggregate(new FlaggerState(), (state, rate) => rule.Next(state, range.Holds(rate)));
            Assert.Equal(Whole(v, "rollback_at_tick"), end.RolledBackAt);
        }
    }

    [Fact]
    public void ArgosRuleMatches()
    {
        foreach (var v in Group("argo"))
        {
            ArgoRule rule = new(v.GetProperty("failureLimit").GetInt32(), Count: Whole(v, "count"), ConsecutiveSuccessLimit: Whole(v, "consecutiveSuccessLimit") ?? 0);
            var end = Doubles(v, "measurements").Aggregate(new ArgoState(), (state, m) => rule.Next(state, m > 0 ? ArgoOutcome.Successful : ArgoOutcome.Failed));
            Assert.Equal(v.GetProperty("expect")[0].GetString(), end.Phase.ToString());
            Assert.Equal(v.GetProperty("expect")[1].GetInt32(), end.Count);
        }
    }

    [Fact]
    public void OtherMethodsMatch()
    {
        foreach (var v in Group("beta_binomial_lindon_malek"))
            Close(D(v, "log_bf"), OtherMethods.LogBetaBinomial(D(v, "Xc"), D(v, "Xb"), D(v, "theta"), D(v, "k")));
        foreach (var v in Group("msprt_normal"))
            Close(D(v, "log_lambda"), OtherMethods.LogMixtureRatio(new(D(v, "Nc"), D(v, "Xc"), D(v, "Nb"), D(v, "Xb")), D(v, "tau2")));
        foreach (var v in Group("dkw_howard_ramdas"))
            Close(D(v, "radius"), OtherMethods.BandRadius(D(v, "n"), D(v, "alpha")));
        foreach (var v in Group("ttest_e"))
            Close(D(v, "log_e"), StudentTest.LogEvidence(D(v, "xbar"), D(v, "s2"), D(v, "n"), D(v, "tau2")));
    }

    private static KayentaMetric Metric(JsonElement v) =>
        new() { Name = "m", Groups = ["g"], Control = [.. Doubles(v, "control")], Experiment = [.. Doubles(v, "experiment")] };

    private static JsonElement.ArrayEnumerator Group(string name)
    {
        Assert.True(Vectors.GetProperty(name).GetArrayLength() > 0);
        return Vectors.GetProperty(name).EnumerateArray();
    }

    private static double D(JsonElement v, string name) => v.GetProperty(name).GetDouble();

    private static int? Whole(JsonElement v, string name) => v.GetProperty(name).ValueKind is JsonValueKind.Null ? null : v.GetProperty(name).GetInt32();

    private static string Text(JsonElement v, string name) => v.GetProperty(name).GetString()!;

    private static double[] Doubles(JsonElement v, string name) => [.. v.GetProperty(name).EnumerateArray().Select(x => x.GetDouble())];

    private static void Close(double expected, double actual) => Assert.True(
        Math.Abs(expected - actual) <= 1e-9 * (1 + Math.Abs(expected)),
        string.Create(CultureInfo.InvariantCulture, $"expected {expected:R}, got {actual:R}"));

    private static JsonElement Load()
    {
        using var file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "data", "analysis-vectors.json"));
        using var document = JsonDocument.Parse(file);
        return document.RootElement.Clone();
    }
}
