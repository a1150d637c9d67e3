using System.Text.Json;
using Slipway.Core.Analysis.Judges;

namespace Slipway.Analysing;

/// <summary>Reads the settings of the peers' rules from the file of <c>slipway analysis replay</c>.</summary>
internal static class PeerReader
{
    public delegate double Number(JsonElement owner, string at, string name, double? otherwise);

    public delegate Refusal Wrong(string place, string message, string remedy);

    /// <summary>How one metric is judged; its points are in the windows.</summary>
    public static KayentaMetric Metric(JsonElement config, Number number, Wrong wrong) => new()
    {
        Name = "metric",
        Groups = ["metric"],
        Control = [],
        Experiment = [],
        Direction = Word(config, "direction", wrong, ("either", KayentaDirection.Either), ("increase", KayentaDirection.Increase), ("decrease", KayentaDirection.Decrease)),
        NaNStrategy = Word(config, "nan", wrong, ("remove", KayentaNaNStrategy.Remove), ("replace", KayentaNaNStrategy.Replace)),
        Critical = Word(config, "critical", wrong, ("false", false), ("true", true)),
        MustHaveData = Word(config, "mustHaveData", wrong, ("false", false), ("true", true)),
        Confidence = number(config, "config", "confidence", 0.98) is > 0 and < 1 and var confidence ? confidence : throw wrong("config.confidence", "it must be above 0 and below 1", "see docs/analysis-replay.md"),
        Tolerance = number(config, "config", "tolerance", 0.25),
    };

    public static FlaggerRange Range(JsonElement config, Number number) => new(Optional(config, "min", number), Optional(config, "max", number));

    public static ArgoRule Argo(JsonElement config, Number number) => new(
        Whole(config, "failureLimit", 0, number), Whole(config, "inconclusiveLimit", 0, number), Whole(config, "consecutiveErrorLimit", 4, number), Whole(config, "consecutiveSuccessLimit", 0, number),
        Optional(config, "count", number) is { } count ? (int)count : null);

    /// <summary>Null: Argo's rule is meant.</summary>
    public static FlaggerRule? Flagger(JsonElement config, Number number, Wrong wrong) =>
        Word(config, "rule", wrong, ("argo", false), ("flagger", true)) ? new FlaggerRule(Whole(config, "threshold", 1, number)) : null;

    private static T Word<T>(JsonElement config, string name, Wrong wrong, params (string Word, T Meaning)[] words)
    {
        if (!config.TryGetProperty(name, out var value))
            return words[0].Meaning;
        var text = value.ValueKind is JsonValueKind.String ? value.GetString() : value.GetRawText();
        foreach (var (word, meaning) in words)
        {
            if (word == text)
                return meaning;
        }

        throw wrong($"config.{name}", $"{value} cannot stand there", $"write one of {string.Join(", ", words.Select(w => w.Word))}");
    }

    private static double? Optional(JsonElement config, string name, Number number) =>
        config.TryGetProperty(name, out var value) && value.ValueKind is not JsonValueKind.Null ? number(config, "config", name, null) : null;

    private static int Whole(JsonElement config, string name, int otherwise, Number number) => (int)Math.Clamp(Optional(config, name, number) ?? otherwise, -1, 1_000_000);
}
