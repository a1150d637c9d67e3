using System.Collections.Immutable;
using Slipway.Core.Traffic;

namespace Slipway.Core.Tests.Analysis;

/// <summary>A hundred requests a second of a service with three routes, a tenth of them to the candidate; 0.5 % fail, and medians differ by route. Noise is chance alone.</summary>
internal sealed class PartedTraffic(int seed)
{
    private static readonly (string Name, double PerSecond, double Median)[] Routes = [("checkout", 3, 0.12), ("other", 77, 0.05), ("search", 20, 0.2)];

    private readonly Random _random = new(seed);
    private long _turn;

    /// <summary>A route, or with an empty name all of them, of which more fails on the candidate.</summary>
    public (string Route, double Errors) Faulty { get; init; } = ("none", 0);

    /// <summary>A route that is so many times as slow on the candidate.</summary>
    public (string Route, double Factor) Slow { get; init; } = ("none", 1);

    public (SideCounts Candidate, SideCounts Baseline) Second() => (Side(0.1, isCandidate: true), Side(0.9, isCandidate: false));

    private SideCounts Side(double share, bool isCandidate)
    {
        var strata = ImmutableArray.CreateBuilder<StratumCounts>();
        foreach (var (name, perSecond, median) in Routes)
        {
            var errors = isCandidate && (Faulty.Route == name || Faulty.Route.Length == 0) ? Faulty.Errors : 0.005;
            var (requests, failed, counts) = (Poisson(perSecond * share), 0L, new long[LatencyHistogram.MaxIndex - LatencyHistogram.MinIndex + 1]);
            for (var i = 0; i < requests; i++)
            {
                failed += _random.NextDouble() < errors ? 1 : 0;
                counts[LatencyHistogram.IndexOf(median * (isCandidate && Slow.Route == name ? Slow.Factor : 1) * Math.Exp(0.5 * Normal())) - LatencyHistogram.MinIndex]++;
            }

            if (requests > 0)
                strata.Add(new StratumCounts(Strata.Routes + name) { Completed = requests, ServerErrors = failed, Latency = new(LatencyHistogram.MinIndex, [.. counts]) });
        }

        var latency = strata.Aggregate(LatencyHistogram.Empty, (sum, s) => sum.Plus(s.Latency));
        var (all, wrong) = (strata.Sum(s => s.Completed), strata.Sum(s => s.ServerErrors));
        _turn += wrong;
        return new SideCounts
        {
            Environment = default, Candidate = default, Started = all, Completed = all, ServerErrors = wrong, Latency = latency,
            Shards = ShardCounts.Even(latency, 0, wrong, _turn), Strata = strata.ToImmutable(),
        };
    }

    private int Poisson(double mean)
    {
        var (count, left) = (0, Math.Exp(-mean));
        for (var product = _random.NextDouble(); product > left; product *= _random.NextDouble())
            count++;
        return count;
    }

    private double Normal() => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
}
