using System.Collections.Immutable;
using Slipway.Core.Analysis;
using Slipway.Core.Traffic;

namespace Slipway.Bench.Detection;

/// <summary>
/// A healthy hour as a deployment sees it: <c>checks: [errors, latency]</c> with their defaults, both together at 1 %, ten alike instances of which one is
/// the candidate's, and the hour before it to learn from, as the product keeps it: of the last ten minutes everything, of the time before only how alike the
/// parts were. Users are spread evenly: what clings together clings to instances.
/// </summary>
internal static class ProductRuns
{
    private const int Instances = 10;
    private const int Hour = 3600;
    private const int Piece = 10;
    private const int Recent = 600;

    /// <param name="noise">Of errors.</param>
    /// <param name="sigma">Of the log of each instance's latency, an AR(1) process of its own.</param>
    /// <param name="memory">Of that, in seconds.</param>
    /// <param name="chance">What happens.</param>
    /// <returns>Whether the candidate was stopped.</returns>
    public static bool Run(Noise noise, double sigma, double memory, Chance chance)
    {
        var source = noise.Begin(Instances, Level.M.Rate / Instances, Level.M.ErrorRate, chance);
        CanaryAnalysis analysis = new([new CheckSpec.Errors { Alpha = 0.006 }, new CheckSpec.Latency { Alpha = 0.004 }], [new Weight(Weight.Whole / 10)]);
        double[] n = new double[Instances], x = new double[Instances], level = [.. Enumerable.Range(0, Instances).Select(_ => sigma * chance.Normal())];
        var kept = Math.Exp(-1 / memory);
        Side piece = new();
        for (var second = 1 - Hour; second <= Hour; second++)
        {
            source(n, x);
            Side candidate = new(), baseline = second <= 0 ? piece : new();
            for (var i = 0; i < Instances; i++)
            {
                (i == 0 ? candidate : baseline).Add(i, n[i], x[i], level[i], chance);
                level[i] = (kept * level[i]) + (sigma * Math.Sqrt(1 - (kept * kept)) * chance.Normal());
            }

            if (second > 0)
                analysis.Observe(TimeSpan.FromSeconds(second), candidate.Counts(second + Hour), baseline.Counts(second + Hour));
            else if (second % Piece == 0)
            {
                Learn(analysis, second, piece.Counts(second + Hour));
                piece = new();
            }

            if (second > 0 && analysis.Report().Verdict is Verdict.Fail)
                return true;
        }

        return false;
    }

    private static void Learn(CanaryAnalysis analysis, int second, SideCounts counts) => analysis.LearnBaseline(
        second > -Recent ? counts : new() { Environment = default, Candidate = default, Shards = counts.Shards, Instances = counts.Instances }, TimeSpan.FromSeconds(second));

    /// <summary>A second, or some, of some instances.</summary>
    private sealed class Side
    {
        private readonly long[] _latency = new long[LatencyHistogram.MaxIndex - LatencyHistogram.MinIndex + 1];
        private readonly long[] _speeds = new long[ShardCounts.Count * ShardCounts.Steps];
        private readonly long[] _errors = new long[ShardCounts.Count];

        public void Add(int instance, double requests, double errors, double level, Chance chance)
        {
            _errors[instance] += (long)errors;
            for (var left = requests; left > 0; left--)
            {
                // A bucket is moved by a part of its width by chance, so that on average all of the shift counts.
                var fine = Math.Floor(Latencies.Healthy.Next(chance) + (level == 0 ? 0 : chance.Uniform() + (level * (1 << LatencyHistogram.Scale) / Math.Log(2))));
                var bucket = (int)Math.Clamp(fine, LatencyHistogram.MinIndex, LatencyHistogram.MaxIndex);
                _latency[bucket - LatencyHistogram.MinIndex]++;
                _speeds[(instance * ShardCounts.Steps) + ShardCounts.Speed(bucket)]++;
            }
        }

        public SideCounts Counts(int turn)
        {
            var (requests, errors) = (_latency.Sum(), _errors.Sum());
            LatencyHistogram latency = new(LatencyHistogram.MinIndex, ImmutableArray.Create(_latency));
            return new()
            {
                Environment = default, Candidate = default, Started = requests, Completed = requests, ServerErrors = errors, Latency = latency,
                Shards = ShardCounts.Even(latency, 0, errors, turn), Instances = new(ImmutableArray.Create(_speeds), ImmutableArray.Create(_errors)),
            };
        }
    }
}
