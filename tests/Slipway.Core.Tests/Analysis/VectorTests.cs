using System.Globalization;
using System.Text.Json;
using Slipway.Core.Analysis;

namespace Slipway.Core.Tests.Analysis;

/// <summary>Numbers made by an independent implementation in another language; see <c>tests/data/analysis-vectors.json</c>.</summary>
public class VectorTests
{
    private static readonly JsonElement Vectors = Load();

    [Fact]
    public void BernoulliWindowsMatch()
    {
        foreach (var v in Vectors.GetProperty("bernoulli_window").EnumerateArray())
        {
            var seen = WindowOf(v);
            var (pc, pb, rho, delta) = (D(v, "pc"), D(v, "pb"), D(v, "rho"), D(v, "delta"));
            var (qc, qb) = LogEvidence.Nearest(seen, pc, pb, rho, delta);
            Close(D(v, "qc"), qc);
            Close(D(v, "qb"), qb);
            Close(D(v, "log_e"), v.GetProperty("side").GetString() == "safe"
                ? LogEvidence.OfSafe(seen, pc, pb, rho, delta)
                : LogEvidence.OfWorse(seen, pc, pb, rho, delta));
        }
    }

    [Fact]
    public void CountWindowsMatch()
    {
        foreach (var v in Vectors.GetProperty("count_window").EnumerateArray())
        {
            Close(D(v, "log_e"), LogEvidence.OfCounts(WindowOf(v), D(v, "ratio"), D(v, "rho")));
        }
    }

    [Fact]
    public void TheGridOfEffectsMatches() =>
        CloseAll(Doubles(Vectors.GetProperty("odds_grid").GetProperty("log_odds")), RateDetector.Effects);

    [Fact]
    public void TiltsMatch()
    {
        var group = Vectors.GetProperty("tilt_table");
        var tilts = Tilts.Of(Longs(group.GetProperty("hist")));
        Assert.Equal(Tilts.Count, group.GetProperty("tables").GetArrayLength());
        foreach (var (table, tilt) in group.GetProperty("tables").EnumerateArray().Zip(tilts))
        {
            CloseAll(Doubles(table.GetProperty("r")), tilt);
        }
    }

    [Fact]
    public void LabelWindowsMatch()
    {
        var tilts = Tilts.Of(Longs(Vectors.GetProperty("tilt_table").GetProperty("hist")));
        foreach (var v in Vectors.GetProperty("label_window").EnumerateArray())
        {
            var (candidate, baseline) = (Longs(v.GetProperty("hc")), Longs(v.GetProperty("hb")));
            CloseAll(Doubles(v.GetProperty("log_e")), [.. tilts.Select(t => LogEvidence.OfLabels(candidate, baseline, t))]);
        }
    }

    [Fact]
    public void LatencyStreamsMatch()
    {
        foreach (var stream in Vectors.GetProperty("latency_stream").EnumerateArray())
        {
            var detector = new LatencyDetector(Longs(stream.GetProperty("hist")));
            var second = 0;
            foreach (var e in stream.GetProperty("events").EnumerateArray())
            {
                detector.Update(TimeSpan.FromSeconds(++second), Longs(e[0]), Longs(e[1]));
                Close(e[2].GetDouble(), detector.LogStatic);
            }
        }
    }

    [Fact]
    public void RateStreamsMatch()
    {
        foreach (var stream in Vectors.GetProperty("rate_detector_stream").EnumerateArray())
        {
            var config = stream.GetProperty("config");
            var kind = stream.GetProperty("kind").GetString() == "count" ? RateKind.Count : RateKind.Bernoulli;
            var detector = new RateDetector(kind, Optional(config, "rho0", 1), Optional(config, "d0", 0));
            detector.Learn(TimeSpan.Zero, Optional(config, "hist_n", 0), Optional(config, "hist_x", 0));
            foreach (var e in stream.GetProperty("events").EnumerateArray())
            {
                detector.Update(TimeSpan.FromSeconds(e[0].GetDouble()), WindowAt(e), D(stream, "eta"));
                Close(e[5].GetDouble(), detector.LogStatic);
                Close(e[6].GetDouble(), detector.LogEvidence);
            }
        }
    }

    [Fact]
    public void SafeStreamsMatch()
    {
        foreach (var stream in Vectors.GetProperty("safe_detector_stream").EnumerateArray())
        {
            var config = stream.GetProperty("config");
            var detector = new SafeDetector(D(config, "rhos"), D(config, "ds"));
            detector.Learn(TimeSpan.Zero, D(config, "hist_n"), D(config, "hist_x"));
            foreach (var e in stream.GetProperty("events").EnumerateArray())
            {
                detector.Update(TimeSpan.FromSeconds(e[0].GetDouble()), WindowAt(e));
                Close(e[5].GetDouble(), detector.LogEvidence);
            }
        }
    }

    private static Window WindowOf(JsonElement v) => new(D(v, "nc"), D(v, "xc"), D(v, "nb"), D(v, "xb"));

    private static Window WindowAt(JsonElement e) => new(e[1].GetDouble(), e[2].GetDouble(), e[3].GetDouble(), e[4].GetDouble());

    private static double D(JsonElement v, string name) => v.GetProperty(name).GetDouble();

    private static double Optional(JsonElement v, string name, double otherwise) => v.TryGetProperty(name, out var found) ? found.GetDouble() : otherwise;

    private static long[] Longs(JsonElement v) => [.. v.EnumerateArray().Select(x => x.GetInt64())];

    private static double[] Doubles(JsonElement v) => [.. v.EnumerateArray().Select(x => x.GetDouble())];

    private static void CloseAll(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        foreach (var (e, a) in expected.Zip(actual))
        {
            Close(e, a);
        }
    }

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
