using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Slipway.Tests.Commands;

/// <summary>The numbers of an independent implementation, through the command that users run.</summary>
public sealed partial class AnalysisReplayTests
{
    private static readonly JsonNode Vectors = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "data", "analysis-vectors.json")))!;

    [Fact]
    public async Task RateAndCountStreamsGiveTheSameEvidenceAndAlarm()
    {
        foreach (var stream in Vectors["rate_detector_stream"]!.AsArray())
        {
            var isCount = (string)stream!["kind"]! == "count";
            var (n, x) = isCount ? ("exposure", "count") : ("requests", "errors");
            var told = await ReplayAsync(isCount ? "count" : "rate", Config(stream["config"]!, ("rho0", "rho0"), ("d0", "delta0"), ("hist_x", "historyErrors"), ("hist_n", "historyRequests")), stream["events"]!.AsArray().Select(e => new JsonObject
            {
                ["t"] = Copy(e![0]), ["eta"] = Copy(stream["eta"]),
                ["candidate"] = new JsonObject { [n] = Copy(e[1]), [x] = Copy(e[2]) }, ["baseline"] = new JsonObject { [n] = Copy(e[3]), [x] = Copy(e[4]) },
            }));
            Close(stream["events"]!.AsArray().Select(e => (double)e![5]!), told["logStatic"]!);
            Close(stream["events"]!.AsArray().Select(e => (double)e![6]!), told["logE"]!);
            Assert.Equal((double?)stream["alarm_t"]!["0.01"], (double?)told["at"]);
            Assert.Equal(stream["alarm_t"]!["0.01"] is null ? "inconclusive" : "fail", (string?)told["decision"]);
        }
    }

    [Fact]
    public async Task SafeStreamsGiveTheSameEvidenceAndMoment()
    {
        foreach (var stream in Vectors["safe_detector_stream"]!.AsArray())
        {
            var told = await ReplayAsync("safe", Config(stream!["config"]!, ("rhos", "rhoSafe"), ("ds", "deltaSafe"), ("hist_x", "historyErrors"), ("hist_n", "historyRequests")), stream["events"]!.AsArray().Select(e => new JsonObject
            {
                ["t"] = Copy(e![0]), ["candidate"] = new JsonObject { ["requests"] = Copy(e[1]), ["errors"] = Copy(e[2]) }, ["baseline"] = new JsonObject { ["requests"] = Copy(e[3]), ["errors"] = Copy(e[4]) },
            }));
            Close(stream["events"]!.AsArray().Select(e => (double)e![5]!), told["logE"]!);
            Assert.Equal((double?)stream["safe_t"]!["0.05"], (double?)told["at"]);
        }
    }

    [Fact]
    public async Task LatencyStreamsGiveTheSameStaticEvidence()
    {
        foreach (var stream in Vectors["latency_stream"]!.AsArray())
        {
            var told = await ReplayAsync("latency", new JsonObject { ["historyBuckets"] = Copy(stream!["hist"]) }, stream["events"]!.AsArray().Select((e, i) => new JsonObject
            {
                ["t"] = i + 1, ["candidate"] = new JsonObject { ["buckets"] = Copy(e![0]) }, ["baseline"] = new JsonObject { ["buckets"] = Copy(e[1]) },
            }));
            Close(stream["events"]!.AsArray().Select(e => (double)e![2]!), told["logStatic"]!);
        }
    }

    [Fact]
    public async Task DispersionStreamsGiveTheSamePhi()
    {
        var stream = Vectors["dispersion_stream"]!;
        var told = await ReplayAsync("dispersion", Config(stream, ("scales", "scales"), ("k0", "k0"), ("deadband", "deadBand")), stream["events"]!.AsArray().Select((e, i) => new JsonObject
        {
            ["t"] = i + 1, ["baseline"] = new JsonObject { ["requests"] = Copy(e![0]), ["errors"] = Copy(e[1]) },
        }));
        Close(stream["events"]!.AsArray().Select(e => (double)e![2]!), told["phi"]!);
    }

    [Fact]
    public async Task CombinedEvidenceAndItsPValueAreTheSame()
    {
        foreach (var v in Vectors["combine_average"]!.AsArray())
        {
            var told = await ReplayAsync("combine", new JsonObject { ["weights"] = Copy(v!["weights"]) }, [new JsonObject { ["t"] = 1, ["logE"] = Copy(v["log_e"]) }]);
            Close([(double)v["combined"]!], told["logE"]!);
            Close([(double)v["p_value"]!], told["pValue"]!);
        }
    }

    [Fact]
    public async Task PairsOfNumbersGiveTheEvidenceOfTheTTest()
    {
        foreach (var v in Vectors["ttest_e"]!.AsArray())
        {
            // Any numbers with that mean and variance: half of them as far above the mean as the others are below.
            var (n, off) = ((int)v!["n"]!, Math.Sqrt((double)v["s2"]! * ((int)v["n"]! - 1) / (int)v["n"]!));
            var told = await ReplayAsync("gauge", [], Enumerable.Range(0, n).Select(i => new JsonObject
            {
                ["t"] = i, ["candidate"] = new JsonObject { ["value"] = 7 + (double)v["xbar"]! + (i % 2 == 0 ? off : -off) }, ["baseline"] = new JsonObject { ["value"] = 7 },
            }));
            Close([(double)v["log_e"]!], new JsonArray(Copy(told["logE"]!.AsArray()[^1])));
        }
    }

    [Fact]
    public async Task KayentasLabelsAndIntervalsAreTheSame()
    {
        foreach (var v in Vectors["kayenta_mann_whitney"]!.AsArray())
        {
            var told = await ReplayAsync("kayenta", new JsonObject { ["confidence"] = Copy(v!["conf"]) }, Points(v["experiment"]!, v["control"]!));
            Assert.Equal(((string)v["label_either_tol025"]!).ToLowerInvariant(), (string?)told["label"]);
            Close([(double)v["ci_low"]!, (double)v["ci_high"]!, (double)v["estimate"]!], new JsonArray(Copy(told["lower"]), Copy(told["upper"]), Copy(told["estimate"])));
        }

        foreach (var v in Vectors["kayenta_nodata"]!.AsArray())
        {
            var told = await ReplayAsync("kayenta", new JsonObject { ["nan"] = Copy(v!["nan"]), ["critical"] = Copy(v["critical"]), ["mustHaveData"] = Copy(v["must"]) }, Points(v["experiment"]!, v["control"]!));
            Assert.Equal((((string)v["expect"]![0]!).ToLowerInvariant(), (bool)v["expect"]![1]!), (((string)told["label"]!).ToLowerInvariant(), (bool)told["isCritical"]!));
        }
    }

    [Fact]
    public async Task ThePeersCountTheSame()
    {
        foreach (var v in Vectors["flagger"]!.AsArray())
        {
            var told = await ReplayAsync("threshold", new JsonObject { ["rule"] = "flagger", ["threshold"] = Copy(v!["threshold"]), ["min"] = Copy(v["min"]) }, Points(v["success_rate"]!, new JsonArray()));
            Assert.Equal((double?)v["rollback_at_tick"], (double?)told["at"]);
        }

        foreach (var v in Vectors["argo"]!.AsArray())
        {
            var told = await ReplayAsync("threshold", new JsonObject
            {
                ["min"] = 1, ["failureLimit"] = Copy(v!["failureLimit"]), ["count"] = Copy(v["count"]), ["consecutiveSuccessLimit"] = Copy(v["consecutiveSuccessLimit"]),
            }, Points(v["measurements"]!, new JsonArray()));
            Assert.Equal((string)v["expect"]![0]! switch { "Failed" => "fail", "Successful" => "safe", _ => "inconclusive" }, (string?)told["decision"]);
            if ((string)v["expect"]![0]! is not "Inconclusive")
                Assert.Equal((int)v["expect"]![1]! - 1, (double)told["at"]!);
        }
    }

    private static IEnumerable<JsonObject> Points(JsonNode candidate, JsonNode baseline) =>
        Enumerable.Range(0, Math.Max(candidate.AsArray().Count, baseline.AsArray().Count)).Select(i => new JsonObject { ["t"] = i, ["candidate"] = Point(candidate, i), ["baseline"] = Point(baseline, i) });

    private static JsonObject Point(JsonNode points, int at) => at < points.AsArray().Count ? new JsonObject { ["value"] = Copy(points[at]) } : [];

    [Fact]
    public async Task EveryExampleOfTheDocsRunsAndSaysWhatTheDocsSay()
    {
        var text = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "analysis-replay.md"));
        var examples = Example().Matches(text);
        Assert.Equal(["combine", "count", "dispersion", "gauge", "kayenta", "latency", "rate", "safe", "threshold"], examples.Select(m => (string)JsonNode.Parse(m.Groups[1].Value)!["detector"]!).Order());
        foreach (Match example in examples)
            Assert.Equal(JsonNode.Parse(example.Groups[2].Value)!.ToJsonString(), (await ReplayAsync(example.Groups[1].Value)).ToJsonString());
    }

    [Theory]
    [InlineData("{", "line 1", "no JSON")]
    [InlineData("{ \"detector\": \"magic\", \"windows\": [] }", "detector", "rate, count, safe, latency, dispersion, gauge, combine, kayenta, threshold")]
    [InlineData("{ \"detector\": \"rate\", \"config\": { \"rho\": 1 }, \"windows\": [] }", "config", "'rho' means nothing there")]
    [InlineData("{ \"detector\": \"rate\", \"config\": { \"alpha\": 1 }, \"windows\": [] }", "config.alpha", "above 0 and below 1")]
    [InlineData("{ \"detector\": \"rate\" }", "windows", "missing")]
    [InlineData("{ \"detector\": \"rate\", \"windows\": [{ \"t\": 2 }, { \"t\": 1 }] }", "windows[1].t", "out of order")]
    [InlineData("{ \"detector\": \"rate\", \"windows\": [{ \"t\": 1, \"candidate\": { \"requests\": 1, \"errors\": 2 } }] }", "windows[0].candidate.errors", "2 errors of 1 requests")]
    [InlineData("{ \"detector\": \"rate\", \"windows\": [{ \"t\": 1, \"baseline\": { \"requests\": -1 } }] }", "windows[0].baseline.requests", "-1 is no count")]
    [InlineData("{ \"detector\": \"rate\", \"windows\": [{ \"t\": 1, \"eta\": 0 }] }", "windows[0].eta", "out of range")]
    [InlineData("{ \"detector\": \"latency\", \"windows\": [] }", "config.historyBuckets", "missing")]
    [InlineData("{ \"detector\": \"latency\", \"config\": { \"historyBuckets\": [1, 2] }, \"windows\": [{ \"t\": 1, \"candidate\": { \"buckets\": [1] } }] }", "windows[0].candidate.buckets", "1 buckets, where")]
    [InlineData("{ \"detector\": \"dispersion\", \"windows\": [{ \"t\": 1, \"baseline\": { \"requests\": [1], \"errors\": [] } }] }", "windows[0].baseline", "1 requests and 0 errors")]
    public async Task WhatIsWrongIsToldWithItsPlace(string text, string place, string says)
    {
        var run = await Slip.RunAsync([], text, CancellationToken.None, "analysis", "replay", "-");
        Assert.Equal(ExitCode.Failed, run.Code);
        Assert.Contains(place, run.Error, StringComparison.Ordinal);
        Assert.Contains(says, run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Out);
    }

    [Fact]
    public async Task WithoutJsonItIsATableForPeople()
    {
        var run = await Slip.RunAsync([], """{ "detector": "rate", "windows": [{ "t": 1, "candidate": { "requests": 50, "errors": 50 }, "baseline": { "requests": 50 } }] }""", CancellationToken.None, "analysis", "replay", "-");
        Assert.Equal(ExitCode.Ok, run.Code);
        Assert.Contains("log E", run.Out, StringComparison.Ordinal);
        Assert.EndsWith("fail at 1 s\n", run.Out, StringComparison.Ordinal);
    }

    private static Task<JsonNode> ReplayAsync(string detector, JsonObject config, IEnumerable<JsonObject> windows) =>
        ReplayAsync(new JsonObject { ["detector"] = detector, ["config"] = config, ["windows"] = new JsonArray([.. windows]) }.ToJsonString());

    private static async Task<JsonNode> ReplayAsync(string text)
    {
        var run = await Slip.RunAsync([], text, CancellationToken.None, "analysis", "replay", "-", "--format", "json");
        Assert.Equal((ExitCode.Ok, ""), (run.Code, run.Error));
        return JsonNode.Parse(run.Out)!;
    }

    private static JsonObject Config(JsonNode given, params (string From, string To)[] names) =>
        new(names.Where(n => given[n.From] is not null).Select(n => KeyValuePair.Create<string, JsonNode?>(n.To, Copy(given[n.From]))));

    private static JsonNode? Copy(JsonNode? node) => node?.DeepClone();

    private static void Close(IEnumerable<double> expected, JsonNode actual)
    {
        var said = actual.AsArray().Select(v => (double)v!).ToList();
        var wanted = expected.ToList();
        Assert.Equal(wanted.Count, said.Count);
        for (var i = 0; i < said.Count; i++)
            Assert.True(Math.Abs(wanted[i] - said[i]) <= 1e-9 * (1 + Math.Abs(wanted[i])), string.Create(CultureInfo.InvariantCulture, $"{i}: expected {wanted[i]:R}, got {said[i]:R}"));
    }

    [GeneratedRegex("```json\n(.*?)```\n+```json\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Example();
}
