using System.Collections.Immutable;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Core.Traffic;

namespace Slipway.Core.Tests.Analysis;

/// <summary>A service under steady load: each request goes to a side by chance, fails by chance, and takes a lognormal time.</summary>
internal sealed class SimulatedTraffic(int seed)
{
    private static readonly double[] Logs = StandardLogs();

    private readonly Random _random = new(seed);
    private int _turn;

    public int RequestsPerSecond { get; init; } = 100;

    public double CandidateShare { get; init; } = 0.1;

    public double BaselineErrors { get; init; } = 0.005;

    public double CandidateErrors { get; init; } = 0.005;

    /// <summary>1 is as quick as the baseline.</summary>
    public double Slowdown { get; init; } = 1;

    public (SideCounts Candidate, SideCounts Baseline) Second()
    {
        var onCandidate = 0;
        for (var i = 0; i < RequestsPerSecond; i++)
        {
            onCandidate += _random.NextDouble() < CandidateShare ? 1 : 0;
        }

        return (Side(onCandidate, CandidateErrors, Slowdown), Baseline(RequestsPerSecond - onCandidate));
    }

    public SideCounts Baseline(int requests) => Side(requests, BaselineErrors, 1);

    public static SideCounts Counts(long started = 0, long completed = 0, long serverErrors = 0, long noAnswer = 0, long inFlight = 0) => new()
    {
        Environment = new(new("shop"), new("production")),
        Candidate = new("1.0.0"),
        Started = started,
        Completed = completed,
        ServerErrors = serverErrors,
        NoAnswer = noAnswer,
        InFlight = inFlight,
    };

    private SideCounts Side(int requests, double errorRate, double slowdown)
    {
        var errors = 0;
        var offset = LatencyHistogram.IndexOf(0.002);
        var counts = new long[LatencyHistogram.IndexOf(60) - offset + 1];
        var slower = Math.Log2(slowdown);
        for (var i = 0; i < requests; i++)
        {
            errors += _random.NextDouble() < errorRate ? 1 : 0;
            var index = (int)Math.Ceiling((Logs[_random.Next(Logs.Length)] + slower) * 32) - 1;
            counts[Math.Clamp(index - offset, 0, counts.Length - 1)]++;
        }

        var latency = Trimmed(offset, counts);
        _turn += errors;
        return Counts(requests, requests, errors) with { Latency = latency, Shards = ShardCounts.Even(latency, 0, errors, _turn) };
    }

    private static LatencyHistogram Trimmed(int offset, ReadOnlySpan<long> counts)
    {
        var start = Math.Max(0, counts.IndexOfAnyExcept(0));
        return new(offset + start, ImmutableArray.Create(counts[start..].TrimEnd(0)));
    }

    // Base-2 logs of a lognormal with median 80 ms and sigma 0.6.
    private static double[] StandardLogs()
    {
        var random = new Random(20_261_123);
        return [.. Enumerable.Range(0, 1 << 16).Select(_ => Math.Log2(0.080 * Math.Exp(0.6 * Normal(random))))];
    }

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
