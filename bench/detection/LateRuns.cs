using Slipway.Core.Analysis;

namespace Slipway.Bench.Detection;

/// <summary>Faults that begin after half an hour in good health, at 10 %: seconds from their beginning until the detector alarms, with and without later starts.</summary>
internal static class LateRuns
{
    private const double Weight = 0.10;
    private const int Healthy = 1800;
    private const int Longest = 7200;

    /// <param name="Restart">Seconds until the product's detector alarms; null: it does not, or alarmed before the fault.</param>
    /// <param name="Static">The same with the whole stake bet at the start.</param>
    public readonly record struct Found(double? Restart, double? Static);

    public static Found Errors(Level level, Fault fault, Chance chance)
    {
        RateDetector detector = new(RateKind.Bernoulli, Watch.Plain.Tolerance, 0);
        var (n, x) = ErrorRuns.Counts(level.Rate * 600, level.ErrorRate, chance);
        detector.Learn(TimeSpan.Zero, n, x);
        Cell before = new(level, Weight, Fault.None), after = new(level, Weight, fault);
        return Follow(
            second =>
            {
                var (nc, xc) = ErrorRuns.Counts(level.Rate * Weight, (second > 0 ? after : before).CandidateErrors, chance);
                var (nb, xb) = ErrorRuns.Counts(level.Rate * (1 - Weight), level.ErrorRate, chance);
                detector.Update(TimeSpan.FromSeconds(second + Healthy), new Window(nc, xc, nb, xb));
                return (detector.LogEvidence, detector.LogStatic);
            });
    }

    public static Found Latency(Latencies fault, Chance chance)
    {
        long[] past = new long[LatencyMapping.Buckets], slow = new long[LatencyMapping.Buckets], usual = new long[LatencyMapping.Buckets];
        LatencyRuns.Draw(past, Latencies.Healthy, LatencyMapping.Plain, chance.Poisson(LatencyRuns.Rate * 600), chance);
        var detector = LatencyDetector.Moved(past);
        return Follow(
            second =>
            {
                Array.Clear(slow);
                Array.Clear(usual);
                LatencyRuns.Draw(slow, second > 0 ? fault : Latencies.Healthy, LatencyMapping.Plain, chance.Poisson(LatencyRuns.Rate * Weight), chance);
                LatencyRuns.Draw(usual, Latencies.Healthy, LatencyMapping.Plain, chance.Poisson(LatencyRuns.Rate * (1 - Weight)), chance);
                detector.Update(TimeSpan.FromSeconds(second + Healthy), slow, usual);
                return (detector.LogEvidence, detector.LogStatic);
            });
    }

    private static Found Follow(Func<int, (double Restart, double Static)> next)
    {
        double? restart = null, atStart = null;
        for (var second = 1 - Healthy; second <= Longest && (restart is null || atStart is null); second++)
        {
            var (now, still) = next(second);
            if (second <= 0)
                continue;
            restart ??= now >= Bound.Limit ? second : null;
            atStart ??= still >= Bound.Limit ? second : null;
        }

        return new(restart, atStart);
    }
}
