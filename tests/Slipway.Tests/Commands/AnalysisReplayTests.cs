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
    public async Task EveryExampleOfTheDocsRunsAndSaysWhatTheDocsSay()
    {
        var text = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "analysis-replay.md"));
        var examples = Example().Matches(text);
        Assert.Equal(["count", "dispersion", "latency", "rate", "safe"], examples.Select(m => (string)JsonNode.Parse(m.Groups[1].Value)!["detector"]!).Order());
        foreach (Match example in examples)
            Assert.Equal(JsonNode.Parse(example.Groups[2].Value)!.ToJsonString(), (await ReplayAsync(example.Groups[1].Value)).ToJsonString());
    }

    [Theory]
    [InlineData("{", "line 1", "no JSON")]
    [InlineData("{ \"detector\": \"magic\", \"windows\": [] }", "detector", "rate, count, safe, latency, dispersion")]
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
