using System.Collections.Immutable;
using Slipway.Core.Analysis;
using Slipway.Core.Analysis.Judges;
using Slipway.Core.Traffic;

namespace Slipway.Bench.Detection;

/// <summary>How long a healthy candidate takes to everyone: the product's own checks and gates as a deployment runs them, and Flagger as its documentation configures it.</summary>
internal static class PromotionRuns
{
    private const int Dwell = 15;
    private const int Longest = 86_400;

    /// <summary>Steps of 1, 5, 10, 25 and 50 %, each until it is safe; with rare requests half of the traffic at once.</summary>
    public static IReadOnlyList<double> Steps(Level level) => level.Rate < 1 ? [0.5] : [0.01, 0.05, 0.10, 0.25, 0.50];

    // With rare requests a percentage point more is tolerated at half of the traffic: what is tighter takes days.
    private static double Objective(Level level) => level.Rate < 1 ? 0.05 : new CheckSpec.Errors().Objective;

    /// <summary>Seconds until promotion; null: rolled back, or not promoted within a day.</summary>
    public static double? Slipway(Level level, Chance chance)
    {
        Day day = new(chance);
        var steps = Steps(level);
        CanaryAnalysis analysis = new([new CheckSpec.Errors { Objective = Objective(level) }], [.. steps.Select(Exposure)]);
        for (var second = -600; second < 0; second += 10)
            analysis.LearnBaseline(Side(level.Rate * 10, level.ErrorRate, chance), TimeSpan.FromSeconds(second));
        var (step, since) = (0, 0);
        for (var second = 1; second <= Longest; second++)
        {
            var rate = level.Rate * day.Factor(second);
            analysis.Observe(TimeSpan.FromSeconds(second), Side(rate * steps[step], level.ErrorRate, chance), Side(rate * (1 - steps[step]), level.ErrorRate, chance));
            if (second - since < Dwell || (level.Rate < 1 && second % 10 != 0))
                continue;
            var report = analysis.Report();
            if (report.Verdict is Verdict.Fail)
                return null;
            if (!report.IsSafeAt(Exposure(steps[step])))
                continue;
            if (++step == steps.Count)
                return second;
            since = second;
        }

        return null;
    }

    /// <summary>Step weight 10, maximum 50, one minute, at least 99 % successful, threshold 5.</summary>
    public static double? Flagger(Level level, Chance chance)
    {
        FlaggerRule rule = new(5);
        FlaggerRange range = new(Min: 99);
        FlaggerState state = new();
        for (int minute = 1, weight = 10; ; minute++)
        {
            var mean = level.Rate * 60 * weight / 100;
            var errors = chance.Poisson(mean * level.ErrorRate);
            var requests = errors + chance.Poisson(mean * (1 - level.ErrorRate));
            var passes = range.Holds(requests > 0 ? 100 * (1 - (errors / requests)) : null);
            state = rule.Next(state, passes);
            if (state.RolledBackAt is not null)
                return null;
            if (passes && weight >= 50)
                return 60 * minute;
            weight += passes ? 10 : 0;
        }
    }

    private static Weight Exposure(double share) => new((int)Math.Round(share * Weight.Whole));

    /// <summary>Users fall into the gateway's shards by chance, so counts of shards are independent.</summary>
    private static SideCounts Side(double mean, double errorRate, Chance chance)
    {
        long[] speeds = new long[ShardCounts.Count * ShardCounts.Steps], errors = new long[ShardCounts.Count];
        for (var shard = 0; shard < ShardCounts.Count; shard++)
        {
            errors[shard] = (long)chance.Poisson(mean * errorRate / ShardCounts.Count);
            speeds[shard * ShardCounts.Steps] = errors[shard] + (long)chance.Poisson(mean * (1 - errorRate) / ShardCounts.Count);
        }

        return new SideCounts
        {
            Environment = default, Candidate = default, Started = speeds.Sum(), Completed = speeds.Sum(), ServerErrors = errors.Sum(),
            Shards = new(ImmutableArray.Create(speeds), ImmutableArray.Create(errors)),
        };
    }
}
