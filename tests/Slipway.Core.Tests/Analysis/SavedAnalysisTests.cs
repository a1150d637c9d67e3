using System.Collections.Immutable;
using System.Text.Json;
using CsCheck;
using Slipway.Core.Analysis;
using Slipway.Core.Traffic;

namespace Slipway.Core.Tests.Analysis;

public class SavedAnalysisTests
{
    private static readonly ImmutableArray<Weight> Gates = [new(1_000), new(50_000)];

    private static readonly ImmutableArray<CheckSpec> Checks =
    [
        new CheckSpec.Errors(), new CheckSpec.Latency(), new CheckSpec.Outage(),
        new CheckSpec.Errors { As = "api", From = new("prom", MetricShape.Counts, ImmutableSortedDictionary<string, string>.Empty) },
        new CheckSpec.Count { As = "restarts", From = new("prom", MetricShape.Counts, ImmutableSortedDictionary<string, string>.Empty) },
    ];

    [Fact]
    public void WhoeverRestoresAndGoesOnSaysExactlyWhatWouldHaveBeenSaid() =>
        Gen.Select(Gen.Int[1, 1_000_000], Gen.Int[0, 90], Gen.Double[0, 0.05], Gen.Double[0.5, 1.5]).Sample((seed, until, errors, slowdown) =>
        {
            var traffic = new SimulatedTraffic(seed) { CandidateErrors = errors, Slowdown = slowdown };
            CanaryAnalysis whole = new(Checks, Gates);
            whole.LearnBaseline(traffic.Baseline(3000), TimeSpan.FromSeconds(-1));
            Feed(whole, traffic, 0, until);
            var restored = CanaryAnalysis.Restore(whole.Save(), Checks, Gates)!;
            Assert.Equal(Told(whole), Told(restored));
            foreach (var second in Enumerable.Range(until, 60))
            {
                var (candidate, baseline) = traffic.Second();
                Feed(whole, candidate, baseline, second);
                Feed(restored, candidate, baseline, second);
            }

            Assert.Equal(Told(whole), Told(restored));
            Assert.Equal(whole.Save(), restored.Save());
        }, iter: 60);

    [Fact]
    public void ASavedAnalysisIsSmall()
    {
        var traffic = new SimulatedTraffic(1);
        CanaryAnalysis analysis = new([new CheckSpec.Errors(), new CheckSpec.Latency()], Gates);
        analysis.LearnBaseline(traffic.Baseline(30_000), TimeSpan.FromSeconds(-1));
        Feed(analysis, traffic, 0, 600);
        Assert.InRange(analysis.Save().Length, 500, 9000);
    }

    [Fact]
    public void WhatWasMadeOfOtherChecksOrIsSpoiledIsNotRestored()
    {
        CanaryAnalysis analysis = new(Checks, Gates);
        var saved = analysis.Save();
        Assert.Null(CanaryAnalysis.Restore(saved, Checks[1..], Gates));
        Assert.Null(CanaryAnalysis.Restore(saved, Checks, [new(50_000)]));
        Assert.Null(CanaryAnalysis.Restore(saved, Checks.SetItem(0, new CheckSpec.Errors { Alpha = 0.01 }), Gates));
        Assert.Null(CanaryAnalysis.Restore(saved.AsMemory(0, saved.Length - 1), Checks, Gates));
        Assert.Null(CanaryAnalysis.Restore((byte[])[.. saved, 0], Checks, Gates));
        Assert.Null(CanaryAnalysis.Restore((byte[])[9, .. saved[1..]], Checks, Gates));
        Assert.Null(CanaryAnalysis.Restore(default, Checks, Gates));
    }

    private static string Told(CanaryAnalysis analysis) => JsonSerializer.Serialize(analysis.Report(), SlipwayJson.Options);

    private static void Feed(CanaryAnalysis analysis, SimulatedTraffic traffic, int from, int to)
    {
        for (var second = from; second < to; second++)
        {
            var (candidate, baseline) = traffic.Second();
            Feed(analysis, candidate, baseline, second);
        }
    }

    private static void Feed(CanaryAnalysis analysis, SideCounts candidate, SideCounts baseline, int second)
    {
        analysis.Observe(TimeSpan.FromSeconds(second), candidate, baseline);
        if (second % 5 != 0)
            return;
        foreach (var check in (string[])["api", "restarts"])
        {
            analysis.Observe(new MetricWindow(check, TimeSpan.FromSeconds(second),
                second % 25 == 0 ? new Measurement.Failed("away") : new Measurement.Counts(candidate.Completed, candidate.ServerErrors), new Measurement.Counts(baseline.Completed, baseline.ServerErrors)));
        }
    }
}
