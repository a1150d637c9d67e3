using Slipway.Core.Traffic;

namespace Slipway.Core.Analysis.Power;

/// <summary>What the latency check sees: its own bets, on log-normal latencies.</summary>
internal static class LatencyPower
{
    /// <summary>Until a candidate is seen that is slower by this factor.</summary>
    public static Delay UntilSeen(ServiceTraffic traffic, Split split, double slowdown, CheckSpec.Latency check)
    {
        var baseline = Buckets(traffic, 1, LatencyMapping.Plain);
        var candidate = Buckets(traffic, slowdown, new LatencyMapping(check.Tolerance, check.Floor));
        var learned = traffic.RequestsPerSecond * ErrorPower.History.TotalSeconds;
        var bets = Tilts.Of([.. baseline.Select(chance => (long)Math.Round(chance * Math.Max(learned, LatencyPart.EnoughBaseline)))])
            .Select(tilt => Growth.Of(split, candidate, baseline, tilt, check.Dispersion ?? 1)).ToArray();
        var missing = Math.Max(0, LatencyPart.EnoughBaseline - learned) / Math.Max(1e-9, split.Baseline);
        return Passage(bets, -Math.Log(check.Alpha)).After(TimeSpan.FromSeconds(Math.Min(missing, Delay.Horizon.TotalSeconds)) + check.WarmUp);
    }

    private static Delay Passage(Growth[] bets, double limit)
    {
        double Evidence(double at) => LogSum.Of([.. bets.Select(b => b.Mean * at)]) - Math.Log(bets.Length) + Math.Log(ErrorPower.Staked(at));
        var best = bets.MaxBy(b => b.Mean);
        if (best.Mean <= 0 || Evidence(Delay.Horizon.TotalSeconds) < limit)
            return Delay.Never;
        var at = Root(t => Evidence(t) - limit, 1e-6, Delay.Horizon.TotalSeconds);
        // What the best bet alone has then is what it must reach: the others' help and the stake are in it.
        InverseGaussian time = new(best.Mean * at, best.Mean, best.Variance);
        return new Delay(Seconds(time.Quantile(0.5)), Seconds(time.Quantile(0.9)));
    }

    /// <summary>Evidence is looked at once a second.</summary>
    private static TimeSpan? Seconds(double? at) => at is { } t ? TimeSpan.FromSeconds(Math.Ceiling(t)) : null;

    internal static double Root(Func<double, double> rising, double low, double high)
    {
        while (high - low > 1e-4 * high)
        {
            var middle = 0.5 * (low + high);
            (low, high) = rising(middle) >= 0 ? (low, middle) : (middle, high);
        }

        return high;
    }

    /// <summary>The chance of each of the check's buckets. Failed requests have theirs on both sides.</summary>
    private static double[] Buckets(ServiceTraffic traffic, double slowdown, LatencyMapping mapping)
    {
        var chances = new double[LatencyMapping.Buckets];
        var median = Math.Log(traffic.MedianLatency.TotalSeconds * slowdown);
        double Below(int index) => InverseGaussian.Normal((Math.Log(LatencyHistogram.LowerBound(index)) - median) / traffic.LatencySpread);
        for (var i = LatencyHistogram.MinIndex; i <= LatencyHistogram.MaxIndex; i++)
        {
            var (low, high) = (i == LatencyHistogram.MinIndex ? 0 : Below(i), i == LatencyHistogram.MaxIndex ? 1 : Below(i + 1));
            chances[mapping.Of(i)] += (high - low) * (1 - traffic.ErrorRate);
        }

        chances[LatencyMapping.Failed] += traffic.ErrorRate;
        return chances;
    }

    /// <summary>What one bet's log evidence grows by a second.</summary>
    private readonly record struct Growth(double Mean, double Variance)
    {
        public static Growth Of(Split split, double[] candidate, double[] baseline, double[] tilt, double phi)
        {
            var share = split.Candidate / (split.Candidate + split.Baseline);
            var (mean, variance) = (0.0, 0.0);
            for (var i = 0; i < tilt.Length; i++)
            {
                var both = Math.Log((share * tilt[i]) + 1 - share);
                var won = Math.Log(tilt[i]) - both;
                mean += (split.Candidate * candidate[i] * won) - (split.Baseline * baseline[i] * both);
                variance += (split.Candidate * candidate[i] * won * won) + (split.Baseline * baseline[i] * both * both);
            }

            return new(mean / phi, variance / (phi * phi));
        }
    }
}
