using System.Collections.Immutable;
using Slipway.Core.Analysis.Judges;

namespace Slipway.Core.Analysis;

/// <summary>Runs the product's own detectors over recorded windows.</summary>
public static class DetectorReplay
{
    public static RecordedVerdict Run(RecordedDetector detector, RecordedConfig config, ImmutableArray<RecordedWindow> windows) => detector switch
    {
        RecordedDetector.Rate or RecordedDetector.Count => Rate(detector is RecordedDetector.Rate ? RateKind.Bernoulli : RateKind.Count, config, windows),
        RecordedDetector.Safe => Safe(config, windows),
        RecordedDetector.Latency => Latency(config, windows),
        RecordedDetector.Gauge => Gauge(config, windows),
        RecordedDetector.Combine => Combine(config, windows),
        RecordedDetector.Kayenta => Kayenta(config, windows),
        RecordedDetector.Threshold => config.Flagger is { } flagger ? Flagger(config, flagger, windows) : Argo(config, windows),
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

    /// <summary>Two-sided evidence is the static one; what decides is that of "higher". A window without both numbers changes nothing.</summary>
    private static RecordedVerdict Gauge(RecordedConfig config, ImmutableArray<RecordedWindow> windows)
    {
        GaugeDetector detector = new();
        return Told(windows, "fail", config.Alpha, w =>
        {
            if (w is { Candidate.Value: { } candidate, Baseline.Value: { } baseline })
            {
                detector.Update(candidate - baseline - config.Margin);
            }

            return (detector.LogEvidence, detector.LogTwoSided);
        });
    }

    private static RecordedVerdict Combine(RecordedConfig config, ImmutableArray<RecordedWindow> windows)
    {
        var best = 0.0;
        var chances = ImmutableArray.CreateBuilder<double>(windows.Length);
        var told = Told(windows, "fail", config.Alpha, w =>
        {
            var log = LogSum.Of([.. w.LogE.Zip(config.Weights, (e, weight) => e + Math.Log(weight))]);
            best = Math.Max(best, log);
            chances.Add(Math.Min(1, Math.Exp(-best)));
            return (log, log);
        });
        return told with { PValue = chances.ToImmutable() };
    }

    private static RecordedVerdict Kayenta(RecordedConfig config, ImmutableArray<RecordedWindow> windows)
    {
        var metric = config.Metric! with
        {
            Control = [.. windows.Where(w => w.Baseline.Value is not null).Select(w => w.Baseline.Value!.Value)],
            Experiment = [.. windows.Where(w => w.Candidate.Value is not null).Select(w => w.Candidate.Value!.Value)],
        };
        var judgement = KayentaJudge.Judge([metric], ImmutableDictionary<string, double>.Empty, config.Scores);
        return new RecordedVerdict([], [], [], judgement.Verdict switch { Verdict.Pass => "safe", Verdict.Fail => "fail", Verdict.Error => "error", _ => "inconclusive" }, windows.IsEmpty ? null : windows[^1].At) { Judgement = judgement };
    }

    private static RecordedVerdict Argo(RecordedConfig config, ImmutableArray<RecordedWindow> windows)
    {
        ArgoState state = new();
        return Counted(windows, w =>
        {
            state = config.Argo.Next(state, w.Candidate.Value is { } value ? config.Range.Holds(value) ? ArgoOutcome.Successful : ArgoOutcome.Failed : ArgoOutcome.Error);
            return (state.Failed, state.Verdict);
        });
    }

    private static RecordedVerdict Flagger(RecordedConfig config, FlaggerRule rule, ImmutableArray<RecordedWindow> windows)
    {
        FlaggerState state = new();
        return Counted(windows, w =>
        {
            state = rule.Next(state, config.Range.Holds(w.Candidate.Value));
            return (state.FailedChecks, state.RolledBackAt is null ? Verdict.Inconclusive : Verdict.Fail);
        });
    }

    private static RecordedVerdict Counted(ImmutableArray<RecordedWindow> windows, Func<RecordedWindow, (int Failed, Verdict Verdict)> update)
    {
        var said = windows.Select(w => (w.At, Said: update(w))).ToList();
        var first = said.FindIndex(s => s.Said.Verdict is not Verdict.Inconclusive);
        var decision = first < 0 ? "inconclusive" : said[first].Said.Verdict switch { Verdict.Pass => "safe", Verdict.Fail => "fail", _ => "error" };
        return new RecordedVerdict([], [], [], decision, first < 0 ? null : said[first].At) { Failed = [.. said.Select(s => s.Said.Failed)] };
    }

    private static RecordedVerdict Spread(RecordedConfig config, ImmutableArray<RecordedWindow> windows)
    {
        var shards = windows.IsEmpty ? 1 : windows[0].Baseline.Shards.Length;
        Dispersion dispersion = new(shards, config.Scales, config.K0, config.DeadBand, isExact: false);
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
