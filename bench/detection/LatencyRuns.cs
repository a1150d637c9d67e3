using Slipway.Core.Analysis;
using Slipway.Core.Traffic;

namespace Slipway.Bench.Detection;

/// <summary>Runs the product's latency detector, second by second, on 100 requests a second.</summary>
internal static class LatencyRuns
{
    public const double Rate = 100;
    private const int Past = 600;
    private static readonly LatencyMapping Tolerant = new(0.05, TimeSpan.FromMilliseconds(2));

    /// <param name="tolerant">With the default's margin of 5 % and 2 ms; else against "just as quick".</param>
    public static Alarm? Run(Latencies candidate, double weight, bool tolerant, Chance chance, double horizon)
    {
        Day day = new(chance);
        var past = new long[LatencyMapping.Buckets];
        Draw(past, Latencies.Healthy, LatencyMapping.Plain, chance.Poisson(Rate * Past), chance);
        var detector = LatencyDetector.Moved(past);
        long[] slow = new long[LatencyMapping.Buckets], usual = new long[LatencyMapping.Buckets];
        var requests = 0.0;
        for (var second = 1; second <= horizon; second++)
        {
            var mean = Rate * day.Factor(second);
            var n = chance.Poisson(mean * weight);
            Array.Clear(slow);
            Array.Clear(usual);
            Draw(slow, candidate, tolerant ? Tolerant : LatencyMapping.Plain, n, chance);
            Draw(usual, Latencies.Healthy, LatencyMapping.Plain, chance.Poisson(mean * (1 - weight)), chance);
            requests += n;
            detector.Update(TimeSpan.FromSeconds(second), slow, usual);
            if (detector.LogEvidence >= Bound.Limit)
                return new Alarm(requests, second);
        }

        return null;
    }

    /// <summary>
    /// A healthy half hour in which each of ten instances is slower or quicker by an AR(1) process of its own; one is the candidate's. The evidence
    /// is divided by the dispersion of how many of each instance's requests exceed the median, the 90th and the 99th percentile.
    /// </summary>
    /// <param name="sigma">Of the log of the latency.</param>
    /// <param name="memory">Seconds.</param>
    public static (bool Raw, bool Default, double Phi) Waves(double sigma, double memory, Chance chance)
    {
        const int instances = 10, hour = 3600;
        double[] above = [Threshold(0.5), Threshold(0.9), Threshold(0.99)];
        Spread[] spreads = [.. above.Select(_ => new Spread(instances - 1))];
        var kept = Math.Exp(-1 / memory);
        double[] level = [.. Enumerable.Range(0, instances).Select(_ => sigma * chance.Normal())];
        long[] past = new long[LatencyMapping.Buckets], usual = new long[LatencyMapping.Buckets], plain = new long[LatencyMapping.Buckets], tolerant = new long[LatencyMapping.Buckets];
        LatencyDetector? raw = null, tempered = null;
        var (rawAlarm, temperedAlarm) = (false, false);
        for (var second = 1 - hour; second <= hour / 2; second++)
        {
            Array.Clear(usual);
            Array.Clear(plain);
            Array.Clear(tolerant);
            for (var i = 0; i < instances; i++)
            {
                var n = (int)chance.Poisson(Rate / instances);
                Span<int> exceeding = [0, 0, 0];
                for (var k = 0; k < n; k++)
                {
                    // A bucket is moved by a part of its width by chance, so that on average all of the shift counts.
                    var fine = (int)Math.Floor(Latencies.Healthy.Next(chance) + chance.Uniform() + (level[i] * (1 << LatencyHistogram.Scale) / Math.Log(2)));
                    if (i == 0)
                    {
                        plain[LatencyMapping.Plain.Of(fine)]++;
                        tolerant[Tolerant.Of(fine)]++;
                    }
                    else
                    {
                        usual[LatencyMapping.Plain.Of(fine)]++;
                        for (var q = 0; q < 3; q++)
                            exceeding[q] += fine > above[q] ? 1 : 0;
                    }
                }

                for (var q = 0; q < 3 && i > 0; q++)
                    spreads[q].Add(i - 1, n, exceeding[q]);
                level[i] = (kept * level[i]) + (sigma * Math.Sqrt(1 - (kept * kept)) * chance.Normal());
            }

            if (second <= 0)
            {
                for (var b = 0; b < past.Length; b++)
                    past[b] += usual[b];
            }
            else
            {
                raw ??= LatencyDetector.Moved(past);
                tempered ??= LatencyDetector.Moved(past);
                raw.Update(TimeSpan.FromSeconds(second), plain, usual);
                tempered.Update(TimeSpan.FromSeconds(second), tolerant, usual, spreads.Min(s => s.Temper));
                rawAlarm |= raw.LogEvidence >= Bound.Limit;
                temperedAlarm |= tempered.LogEvidence >= Bound.Limit;
            }

            foreach (var spread in spreads)
                spread.Close(second + hour);
        }

        return (rawAlarm, temperedAlarm, spreads.Max(s => s.Phi));
    }

    public static void Draw(long[] counts, Latencies from, LatencyMapping mapping, double requests, Chance chance)
    {
        for (var left = requests; left > 0; left--)
            counts[mapping.Of(from.Next(chance))]++;
    }

    private static double Threshold(double quantile)
    {
        var (sum, i) = (0.0, 0);
        while (sum < quantile)
            sum += Latencies.Healthy.Shares[i++];
        return LatencyHistogram.MinIndex + i - 1;
    }
}
