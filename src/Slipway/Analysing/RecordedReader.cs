using System.Collections.Immutable;
using System.Text.Json;
using Slipway.Core.Analysis;

namespace Slipway.Analysing;

/// <summary>Reads the file of <c>slipway analysis replay</c>. The first thing that is wrong is told with its place in the file.</summary>
internal sealed class RecordedReader(string file, TextReader input)
{
    private const long MostBytes = 256L << 20;
    private const int MostWindows = 1_000_000;
    private const int MostBuckets = 4096;

    private static readonly string[] Settings =
        ["rho0", "delta0", "pi0", "tau", "half", "cap", "rhoSafe", "deltaSafe", "historyErrors", "historyRequests", "historyBuckets", "alpha", "beta", "scales", "k0", "deadBand",
        "margin", "weights", "direction", "nan", "critical", "mustHaveData", "confidence", "tolerance", "pass", "marginal", "rule", "min", "max", "threshold", "failureLimit", "inconclusiveLimit",
        "consecutiveErrorLimit", "consecutiveSuccessLimit", "count"];

    public (RecordedDetector Detector, RecordedConfig Config, ImmutableArray<RecordedWindow> Windows) Read()
    {
        using var document = Parse();
        var root = Mapping(document.RootElement, "the file", "detector", "config", "windows");
        var detector = Detector(root);
        var config = root.TryGetProperty("config", out var given) ? Config(given) : new RecordedConfig();
        var windows = Windows(root, detector, config);
        return (detector, config, windows);
    }

    private JsonDocument Parse()
    {
        try
        {
            if (file == "-")
                return JsonDocument.Parse(input.ReadToEnd());
            if (new FileInfo(file).Length > MostBytes)
                throw Wrong("the file", "it is larger than 256 MiB", "replay it in parts");
            using var stream = File.OpenRead(file);
            return JsonDocument.Parse(stream);
        }
        catch (JsonException e)
        {
            throw Wrong($"line {e.LineNumber + 1}", "this is no JSON", "mend the line; look at its commas, brackets and quotes");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Refusal.File(file, $"it cannot be read: {e.Message}", "name a file that is there and can be read");
        }
    }

    private RecordedDetector Detector(JsonElement root) =>
        root.TryGetProperty("detector", out var name) && name.ValueKind is JsonValueKind.String && !int.TryParse(name.GetString(), out _) && Enum.TryParse<RecordedDetector>(name.GetString(), ignoreCase: true, out var detector)
            ? detector
            : throw Wrong("detector", "it is missing or unknown", $"write one of {string.Join(", ", Enum.GetNames<RecordedDetector>().Select(n => n.ToLowerInvariant()))}");

    private RecordedConfig Config(JsonElement given)
    {
        Mapping(given, "config", Settings);
        RecordedConfig d = new();
        return new RecordedConfig
        {
            Rho0 = Above(given, "rho0", d.Rho0), Delta0 = Share(given, "delta0", d.Delta0), RhoSafe = Above(given, "rhoSafe", d.RhoSafe), DeltaSafe = Share(given, "deltaSafe", d.DeltaSafe),
            Pi0 = Inside(given, "pi0", d.Pi0), Alpha = Inside(given, "alpha", d.Alpha), Beta = Inside(given, "beta", d.Beta),
            Tau = Above(given, "tau", d.Tau), Half = Above(given, "half", d.Half), Cap = Count(given, "config", "cap", d.Cap), K0 = Above(given, "k0", d.K0), DeadBand = Count(given, "config", "deadBand", d.DeadBand),
            HistoryErrors = Count(given, "config", "historyErrors", 0), HistoryRequests = Count(given, "config", "historyRequests", 0),
            HistoryBuckets = given.TryGetProperty("historyBuckets", out var buckets) ? Buckets(buckets, "config.historyBuckets") : [],
            Margin = Number(given, "config", "margin", 0),
            Weights = given.TryGetProperty("weights", out var weights) ? [.. Items(weights, "config.weights", 1000).Select((w, i) => NotNegative(w, $"config.weights[{i}]"))] : [],
            Metric = PeerReader.Metric(given, Number, Wrong), Scores = new(Number(given, "config", "pass", 75), Number(given, "config", "marginal", 50)),
            Range = PeerReader.Range(given, Number), Argo = PeerReader.Argo(given, Number), Flagger = PeerReader.Flagger(given, Number, Wrong),
            Scales = given.TryGetProperty("scales", out var scales) ? [.. Items(scales, "config.scales", 16).Select((s, i) => s.TryGetInt32(out var n) && n > 0 ? n : throw Wrong($"config.scales[{i}]", $"{s} is no length", "write whole numbers from 1"))] : d.Scales,
        };
    }

    private ImmutableArray<RecordedWindow> Windows(JsonElement root, RecordedDetector detector, RecordedConfig config)
    {
        if (!root.TryGetProperty("windows", out var list))
            throw Wrong("windows", "they are missing", "write a list of windows");
        if (detector is RecordedDetector.Latency && config.HistoryBuckets.IsEmpty)
            throw Wrong("config.historyBuckets", "it is missing", "give the baseline's histogram from before the first window");
        if (detector is RecordedDetector.Combine && Math.Abs(config.Weights.Sum() - 1) > 1e-9)
            throw Wrong("config.weights", "they do not add up to 1", "give each detector its share");
        var windows = ImmutableArray.CreateBuilder<RecordedWindow>();
        foreach (var item in Items(list, "windows", MostWindows))
        {
            var place = $"windows[{windows.Count}]";
            Mapping(item, place, "t", "eta", "candidate", "baseline", "logE");
            var at = Number(item, place, "t", null);
            if (!(at >= 0 && at <= 1e9) || (windows.Count > 0 && at < windows[^1].At))
                throw Wrong($"{place}.t", $"{at} is out of order or out of range", "give seconds since the start that never fall");
            var eta = Number(item, place, "eta", 1);
            if (!(eta > 0 && eta <= 1))
                throw Wrong($"{place}.eta", $"{eta} is out of range", "give a share above 0 and up to 1");
            windows.Add(new RecordedWindow(at, eta, Side(item, place, "candidate", detector, config), Side(item, place, "baseline", detector, config)) { LogE = detector is RecordedDetector.Combine ? Logs(item, place, config) : [] });
            if (detector is RecordedDetector.Dispersion && windows[^1].Baseline.Shards.Length != windows[0].Baseline.Shards.Length)
                throw Wrong($"{place}.baseline", "it has another number of parts than the first window", "give every window the same parts");
        }

        return windows.ToImmutable();
    }

    private ImmutableArray<double> Logs(JsonElement window, string place, RecordedConfig config)
    {
        if (!window.TryGetProperty("logE", out var list))
            throw Wrong($"{place}.logE", "it is missing", "give the evidence of each detector");
        ImmutableArray<double> logs = [.. Items(list, $"{place}.logE", 1000).Select(e => e.ValueKind is JsonValueKind.Number && e.TryGetDouble(out var log) && double.IsFinite(log) ? log : throw Wrong($"{place}.logE", $"{e} is no number", "write natural logarithms"))];
        return logs.Length == config.Weights.Length ? logs : throw Wrong($"{place}.logE", $"{logs.Length} numbers, where config.weights has {config.Weights.Length}", "give one a detector");
    }

    private RecordedSide Side(JsonElement window, string place, string name, RecordedDetector detector, RecordedConfig config)
    {
        if (!window.TryGetProperty(name, out var side))
            return new RecordedSide(0, 0, [.. config.HistoryBuckets.Select(_ => 0L)], []);
        var at = $"{place}.{name}";
        Mapping(side, at, "requests", "errors", "buckets", "exposure", "count", "value");
        return detector switch
        {
            RecordedDetector.Latency => new RecordedSide(0, 0, Histogram(side, at, config), []),
            RecordedDetector.Dispersion => new RecordedSide(0, 0, [], Shards(side, at)),
            RecordedDetector.Gauge or RecordedDetector.Kayenta or RecordedDetector.Threshold => new RecordedSide(0, 0, [], []) { Value = side.TryGetProperty("value", out var value) && value.ValueKind is not JsonValueKind.Null ? Number(side, at, "value", null) : null },
            RecordedDetector.Combine => new RecordedSide(0, 0, [], []),
            RecordedDetector.Count => new RecordedSide(Count(side, at, "exposure", 0), Count(side, at, "count", 0), [], []),
            _ => Rates(side, at),
        };
    }

    private RecordedSide Rates(JsonElement side, string at)
    {
        var (requests, errors) = (Count(side, at, "requests", 0), Count(side, at, "errors", 0));
        return errors <= requests ? new RecordedSide(requests, errors, [], []) : throw Wrong($"{at}.errors", $"{errors} errors of {requests} requests", "count every failed request as a request");
    }

    private ImmutableArray<long> Histogram(JsonElement side, string at, RecordedConfig config)
    {
        var buckets = side.TryGetProperty("buckets", out var given) ? Buckets(given, $"{at}.buckets") : [.. config.HistoryBuckets.Select(_ => 0L)];
        return buckets.Length == config.HistoryBuckets.Length ? buckets : throw Wrong($"{at}.buckets", $"{buckets.Length} buckets, where config.historyBuckets has {config.HistoryBuckets.Length}", "use the same buckets everywhere");
    }

    private ImmutableArray<(double, double)> Shards(JsonElement side, string at)
    {
        if (!side.TryGetProperty("requests", out var requests) || !side.TryGetProperty("errors", out var errors))
            throw Wrong(at, "it lacks requests or errors", "give a list of each, one number a part of the baseline");
        var (n, x) = (Numbers(requests, $"{at}.requests"), Numbers(errors, $"{at}.errors"));
        return n.Length == x.Length && n.Length > 0 ? [.. n.Zip(x)] : throw Wrong(at, $"{n.Length} requests and {x.Length} errors", "give as many of both, one number a part of the baseline");
    }

    private double[] Numbers(JsonElement list, string at) => [.. Items(list, at, MostBuckets).Select((e, i) => NotNegative(e, $"{at}[{i}]"))];

    private ImmutableArray<long> Buckets(JsonElement list, string at) =>
        [.. Items(list, at, MostBuckets).Select((e, i) => NotNegative(e, $"{at}[{i}]") is var n && n <= 1e15 && n.Equals(Math.Floor(n)) ? (long)n : throw Wrong($"{at}[{i}]", $"{e} is no count", "write whole numbers"))];

    private JsonElement.ArrayEnumerator Items(JsonElement list, string at, int most)
    {
        if (list.ValueKind is not JsonValueKind.Array)
            throw Wrong(at, "it is no list", "write it in square brackets");
        return list.GetArrayLength() <= most ? list.EnumerateArray() : throw Wrong(at, $"it has more than {most} entries", "replay it in parts");
    }

    private JsonElement Mapping(JsonElement element, string at, params string[] known)
    {
        if (element.ValueKind is not JsonValueKind.Object)
            throw Wrong(at, "it is no mapping", "write it in braces");
        return element.EnumerateObject().FirstOrDefault(p => !known.Contains(p.Name, StringComparer.Ordinal)) is { Value.ValueKind: not JsonValueKind.Undefined } unknown
            ? throw Wrong(at, $"'{unknown.Name}' means nothing there", $"it may have {string.Join(", ", known)}")
            : element;
    }

    private double Above(JsonElement config, string name, double otherwise) =>
        Number(config, "config", name, otherwise) is > 0 and var value ? value : throw Wrong($"config.{name}", "it must be above 0", "see docs/analysis-replay.md");

    private double Inside(JsonElement config, string name, double otherwise) =>
        Number(config, "config", name, otherwise) is > 0 and < 1 and var value ? value : throw Wrong($"config.{name}", "it must be above 0 and below 1", "see docs/analysis-replay.md");

    private double Share(JsonElement config, string name, double otherwise) =>
        Number(config, "config", name, otherwise) is >= 0 and < 1 and var value ? value : throw Wrong($"config.{name}", "it must be from 0 to below 1", "see docs/analysis-replay.md");

    private double Count(JsonElement owner, string at, string name, double otherwise) =>
        owner.TryGetProperty(name, out var value) ? NotNegative(value, $"{at}.{name}") : otherwise;

    private double Number(JsonElement owner, string at, string name, double? otherwise) =>
        owner.TryGetProperty(name, out var value)
            ? value.ValueKind is JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number) ? number : throw Wrong($"{at}.{name}", $"{value} is no number", "write a number")
            : otherwise ?? throw Wrong($"{at}.{name}", "it is missing", "write a number");

    private double NotNegative(JsonElement value, string at) =>
        value.ValueKind is JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number) && number >= 0 ? number : throw Wrong(at, $"{value} is no count", "write a number that is not negative");

    private Refusal Wrong(string place, string message, string remedy) => Refusal.File($"{file}: {place}", message, remedy);
}
