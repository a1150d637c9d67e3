using BenchmarkDotNet.Attributes;
using Slipway.Core.Analysis;
using Slipway.Core.Traffic;

namespace Slipway.Bench.Detectors;

/// <summary>One update of a detector: a second of 100 requests, 10 of them the candidate's. A thousand different seconds, over and over.</summary>
[MemoryDiagnoser]
public class Updates
{
    private const int Seconds = 1024;
    private const int Shards = 10;

    private readonly Window[] _windows = new Window[Seconds];
    private readonly long[][] _candidate = new long[Seconds][];
    private readonly long[][] _baseline = new long[Seconds][];
    private readonly double[] _shardRequests = new double[Shards];
    private readonly double[] _shardErrors = new double[Shards];
    private RateDetector _rate = null!;
    private SafeDetector _safe = null!;
    private LatencyDetector _latency = null!;
    private LatencyDetector _moved = null!;
    private Dispersion _dispersion = null!;
    private Routes _whole = null!;
    private Routes _routes = null!;
    private int _second;

    [GlobalSetup]
    public void Make()
    {
        Random random = new(1);
        var past = new long[LatencyMapping.Buckets];
        Fill(past, 54_000, random);
        for (var i = 0; i < Seconds; i++)
        {
            _candidate[i] = new long[LatencyMapping.Buckets];
            _baseline[i] = new long[LatencyMapping.Buckets];
            Fill(_candidate[i], 10, random);
            Fill(_baseline[i], 90, random);
            _windows[i] = new Window(10, random.NextDouble() < 0.05 ? 1 : 0, 90, random.NextDouble() < 0.45 ? 1 : 0);
        }

        (_rate, _safe) = (new RateDetector(RateKind.Bernoulli, 1.1, 0), new SafeDetector(1.5, 0.002));
        (_latency, _moved) = (new LatencyDetector(past), LatencyDetector.Moved(past));
        _dispersion = new Dispersion(Shards);
        (_whole, _routes) = (new Routes(0, Seconds), new Routes(13, Seconds));
        Array.Fill(_shardRequests, 9);
        _shardErrors[3] = 1;
    }

    /// <summary>The goal's unit: eight alternatives of the error rate and fourteen tilts of the latency.</summary>
    [Benchmark]
    public double RateAndLatency()
    {
        var i = Next();
        var at = TimeSpan.FromSeconds(_second);
        _rate.Update(at, _windows[i]);
        _latency.Update(at, _candidate[i], _baseline[i]);
        return _rate.LogEvidence + _latency.LogEvidence;
    }

    [Benchmark]
    public double Rate()
    {
        var i = Next();
        _rate.Update(TimeSpan.FromSeconds(_second), _windows[i]);
        return _rate.LogEvidence;
    }

    [Benchmark]
    public double Latency()
    {
        var i = Next();
        _latency.Update(TimeSpan.FromSeconds(_second), _candidate[i], _baseline[i]);
        return _latency.LogEvidence;
    }

    /// <summary>As the product's check has it: with the four tilts of a constant factor.</summary>
    [Benchmark]
    public double LatencyMoved()
    {
        var i = Next();
        _moved.Update(TimeSpan.FromSeconds(_second), _candidate[i], _baseline[i]);
        return _moved.LogEvidence;
    }

    /// <summary>The checks <c>errors</c> and <c>latency</c> as a deployment has them, without gates.</summary>
    [Benchmark]
    public double Checks() => _whole.Update(Next());

    /// <summary>The same of a service with thirteen routes, each of which has requests in every second.</summary>
    [Benchmark]
    public double ChecksOfThirteenRoutes() => _routes.Update(Next());

    [Benchmark]
    public double Safe()
    {
        var i = Next();
        _safe.Update(TimeSpan.FromSeconds(_second), _windows[i]);
        return _safe.LogEvidence;
    }

    [Benchmark]
    public double Spread()
    {
        _dispersion.Update(_shardRequests, _shardErrors);
        return _dispersion.Phi;
    }

    private int Next() => _second++ % Seconds;

    // Lognormal with median 80 ms, and a slow tail.
    private static void Fill(long[] counts, int requests, Random random)
    {
        for (var i = 0; i < requests; i++)
        {
            var normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            var seconds = random.NextDouble() < 0.02 ? 0.4 * Math.Pow(1 - random.NextDouble(), -1 / 1.5) : 0.08 * Math.Exp(0.6 * normal);
            counts[LatencyMapping.Plain.Of(LatencyHistogram.IndexOf(seconds))]++;
        }
    }
}
