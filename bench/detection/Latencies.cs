using Slipway.Core.Analysis.Judges;
using Slipway.Core.Traffic;

namespace Slipway.Bench.Detection;

/// <summary>A distribution of latencies over the gateway's buckets: lognormal with median 80 ms and sigma 0.6, and 2 % of requests with a Pareto tail.</summary>
internal sealed class Latencies
{
    private const int Buckets = LatencyHistogram.MaxIndex - LatencyHistogram.MinIndex + 1;
    private const double TailShare = 0.02;
    private const double TailFrom = 0.4;

    private readonly double[] _kept = new double[Buckets];
    private readonly int[] _alias = new int[Buckets];

    private Latencies(string name, Func<double, double> cumulative)
    {
        Name = name;
        Shares = [.. Enumerable.Range(LatencyHistogram.MinIndex, Buckets).Select(i =>
            (i == LatencyHistogram.MaxIndex ? 1 : cumulative(LatencyHistogram.LowerBound(i + 1))) - (i == LatencyHistogram.MinIndex ? 0 : cumulative(LatencyHistogram.LowerBound(i))))];
        MakeAlias();
    }

    public static Latencies Healthy { get; } = new("healthy", Usual);

    public static IReadOnlyList<Latencies> Faults { get; } =
        [Slower("+10 %", 1.10), Slower("+25 %", 1.25), Slower("+50 %", 1.5), new("tail 1 %", Tail), new("stall 1 %", Stall)];

    public string Name { get; }

    /// <summary>Of each of the gateway's buckets.</summary>
    public double[] Shares { get; }

    /// <summary>One request's bucket, from <see cref="LatencyHistogram.MinIndex"/> on.</summary>
    public int Next(Chance chance)
    {
        var at = chance.Uniform() * Buckets;
        var bucket = (int)at;
        return LatencyHistogram.MinIndex + (at - bucket < _kept[bucket] ? bucket : _alias[bucket]);
    }

    private static Latencies Slower(string name, double factor) => new(name, seconds => Usual(seconds / factor));

    private static double Usual(double seconds) => seconds <= 0 ? 0 :
        ((1 - TailShare) * NormalDistribution.Above(-Math.Log(seconds / 0.08) / 0.6)) + (TailShare * (seconds <= TailFrom ? 0 : 1 - Math.Pow(TailFrom / seconds, 1.5)));

    // One of a hundred requests takes 1.5 seconds or more, with the service's own tail.
    private static double Tail(double seconds) => (0.99 * Usual(seconds)) + (0.01 * (seconds <= 1.5 ? 0 : 1 - Math.Pow(1.5 / seconds, 1.5)));

    // One of a hundred requests takes 1.5 to 3 seconds, and none longer: a time-out with a retry.
    private static double Stall(double seconds) => (0.99 * Usual(seconds)) + (0.01 * Math.Clamp(Math.Log2(seconds / 1.5), 0, 1));

    // Walker's alias method, as Vose makes it.
    private void MakeAlias()
    {
        double[] scaled = [.. Shares.Select(s => s * Buckets)];
        Stack<int> small = new(Enumerable.Range(0, Buckets).Where(i => scaled[i] < 1)), large = new(Enumerable.Range(0, Buckets).Where(i => scaled[i] >= 1));
        while (small.Count > 0 && large.Count > 0)
        {
            var (less, more) = (small.Pop(), large.Pop());
            (_kept[less], _alias[less]) = (scaled[less], more);
            scaled[more] -= 1 - scaled[less];
            (scaled[more] < 1 ? small : large).Push(more);
        }

        foreach (var rest in small.Concat(large))
            _kept[rest] = 1;
    }
}
