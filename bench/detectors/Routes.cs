using System.Collections.Immutable;
using Slipway.Core.Analysis;
using Slipway.Core.Traffic;

namespace Slipway.Bench.Detectors;

/// <summary>Both checks on seconds of a service: 100 requests, or ten to each of its routes, a tenth of them the candidate's.</summary>
internal sealed class Routes
{
    private readonly RatesCheck _errors = new(new CheckSpec.Errors());
    private readonly LatencyCheck _latency = new(new CheckSpec.Latency { WarmUp = TimeSpan.Zero });
    private readonly (SideTick Candidate, SideTick Baseline)[] _seconds;
    private TimeSpan _at;

    public Routes(int routes, int seconds)
    {
        Random random = new(1);
        _seconds = [.. Enumerable.Range(0, seconds).Select(_ => (Side(routes, 1, random), Side(routes, 9, random)))];
        foreach (var (_, baseline) in _seconds)
        {
            _errors.Learn(TimeSpan.Zero, baseline);
            _latency.Learn(TimeSpan.Zero, baseline);
        }
    }

    public double Update(int second)
    {
        Tick tick = new(_at += TimeSpan.FromSeconds(1), _seconds[second].Candidate, _seconds[second].Baseline, 1.5, 1.5);
        _errors.Observe(tick);
        _latency.Observe(tick);
        return _errors.LogEvidence!.Value + _latency.LogEvidence!.Value;
    }

    private static SideTick Side(int routes, int each, Random random)
    {
        ImmutableArray<StratumCounts> strata = [.. Enumerable.Range(0, routes).Select(i => Stratum($"{Strata.Routes}r{i:00}", each, random))];
        var whole = strata.IsEmpty ? Stratum("", 10 * each, random) : strata.Aggregate(new StratumCounts(""), (a, b) => a with
        {
            Completed = a.Completed + b.Completed, ServerErrors = a.ServerErrors + b.ServerErrors, Latency = a.Latency.Plus(b.Latency),
        });
        return new SideTick(whole.Completed, whole.Completed, whole.ServerErrors, 0, 0, whole.Latency) { Strata = strata };
    }

    private static StratumCounts Stratum(string name, int requests, Random random)
    {
        var latency = Enumerable.Range(0, requests).Aggregate(LatencyHistogram.Empty, (sum, _) => sum.Plus(new(LatencyHistogram.IndexOf(0.08 * Math.Exp(random.NextDouble() - 0.5)), [1])));
        return new StratumCounts(name) { Completed = requests, ServerErrors = random.NextDouble() < 0.005 * requests ? 1 : 0, Latency = latency };
    }
}
