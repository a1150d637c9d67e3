using System.Collections.Immutable;

namespace Slipway.Core.Analysis;

/// <summary>Runs the product's own detectors over recorded windows.</summary>
public static class DetectorReplay
{
    public static RecordedVerdict Run(RecordedDetector detector, RecordedConfig config, ImmutableArray<RecordedWindow> windows) => detector switch
    {
        RecordedDetector.Rate or RecordedDetector.Count => Rate(detector is RecordedDetector.Rate ? RateKind.Bernoulli : RateKind.Count, config, windows),
        RecordedDetector.Safe => Safe(config, windows),
        RecordedDetector.Latency => Latency(config, windows),
        _ => Spread(config, windows),
    };

    private static RecordedVerdict Rate(RateKind kind, RecordedConfig config, ImmutableArray<RecordedWindow> windows)
    {
        RateDetector detector = new(kind, config.Rho0, config.Delta0, StakesOf(config), MemoryOf(config));
        detector.Learn(TimeSpan.Zero, config.HistoryRequests, config.HistoryErrors);
        return Told(windows, "fail", config.Alpha, w =>
        {
            detector.Update(TimeSpan.FromSeconds(w.At), Counts(w), w.Eta);
            return (detector.LogEvidence, detector.LogStatic);
        });
    }

    private static RecordedVerdict Safe(RecordedConfig config, ImmutableArray<RecordedWindow> windows)
    {
        SafeDetector detector = new(config.RhoSafe, config.DeltaSafe, MemoryOf(config));
        detector.Learn(TimeSpan.Zero, config.HistoryRequests, config.HistoryErrors);
        return Told(windows, "safe", config.Beta, w =>
        {
            detector.Update(TimeSpan.FromSeconds(w.At), Counts(w), w.Eta);
            return (detector.LogEvidence, detector.LogEvidence);
        });
    }

    private static RecordedVerdict Latency(RecordedConfig config, ImmutableArray<RecordedWindow> windows)
    {
        LatencyDetector detector = new(config.HistoryBuckets.AsSpan(), StakesOf(config));
        return Told(windows, "fail", config.Alpha, w =>
        {
            detector.Update(TimeSpan.FromSeconds(w.At), w.Candidate.Buckets.AsSpan(), w.Baseline.Buckets.AsSpan(), w.Eta);
            return (detector.LogEvidence, detector.LogStatic);
        });
    }

    private static RecordedVerdict Spread(RecordedConfig config, ImmutableArray<RecordedWindow> windows)
    {
        var shards = windows.IsEmpty ? 1 : windows[0].Baseline.Shards.Length;
        Dispersion dispersion = new(shards, config.Scales, config.K0, config.DeadBand);
        var phi = ImmutableArray.CreateBuilder<double>(windows.Length);
        foreach (var window in windows)
        {
            dispersion.Update([.. window.Baseline.Shards.Select(s => s.Requests)], [.. window.Baseline.Shards.Select(s => s.Errors)]);
            phi.Add(dispersion.Phi);
        }

        return new RecordedVerdict([], [], phi.ToImmutable(), "inconclusive", null);
    }

    private static RecordedVerdict Told(ImmutableArray<RecordedWindow> windows, string decision, double risk, Func<RecordedWindow, (double LogE, double LogStatic)> update)
    {
        var limit = Math.Log(1 / risk);
        var said = windows.Select(w => (w.At, Said: update(w))).ToList();
        var first = said.FindIndex(s => s.Said.LogE >= limit);
        return new RecordedVerdict([.. said.Select(s => s.Said.LogE)], [.. said.Select(s => s.Said.LogStatic)], [], first < 0 ? "inconclusive" : decision, first < 0 ? null : said[first].At);
    }

    private static Window Counts(RecordedWindow w) => new(w.Candidate.Requests, w.Candidate.Errors, w.Baseline.Requests, w.Baseline.Errors);

    private static Stakes StakesOf(RecordedConfig config) => new(config.Pi0, TimeSpan.FromSeconds(config.Tau));

    private static Memory MemoryOf(RecordedConfig config) => new(config.Cap, TimeSpan.FromSeconds(config.Half));
}
