using Slipway.Core.Traffic;

namespace Slipway.Core.Analysis.Power;

/// <summary>What the latency check sees: its own bets, on log-normal latencies.</summary>
internal static class LatencyPower
{
    /// <summary>Until a candidate is seen that is slower by this factor.</summary>
    public static Delay UntilSeen(ServiceTraffic traffic, Split split, double slowdown, CheckSpec.Latency check)
    {
        var candidate = Buckets(traffic, slowdown, new LatencyMapping(check.Tolerance, check.Floor), above => Failed(split.Candidate * above, split.Candidate * traffic.ErrorRate));
        var baseline = Buckets(traffic, 1, LatencyMapping.Plain, above => Failed(split.Baseline * (1 - above), split.Baseline * traffic.ErrorRate));
        var learned = traffic.RequestsPerSecond * ErrorPower.History.TotalSeconds;
        var past = Buckets(traffic, 1, LatencyMapping.Plain, above => Failed(traffic.RequestsPerSecond * (1 - above), traffic.RequestsPerSecond * traffic.ErrorRate));
        var bets = LatencyDetector.Moved([.. past.Select(chance => (long)Math.Round(chance * Math.Max(learned, LatencyPart.EnoughBaseline)))]).Tilts
            .Select(tilt => Bet.On(split, tilt)).ToArray();
        var missing = Math.Max(0, LatencyPart.EnoughBaseline - learned) / Math.Max(1e-9, split.Baseline);
        return Passage(new Ticks(split, candidate, baseline, check.Dispersion ?? 1), bets, traffic.Limit(check, check.Alpha, check.Strata))
            .After(TimeSpan.FromSeconds(Math.Min(missing, Delay.Horizon.TotalSeconds)) + check.WarmUp);
    }

    private static Delay Passage(in Ticks ticks, Bet[] bets, double limit)
    {
        var of = ticks;
        double[] means = [.. bets.Select(b => of.Mean(b))];
        double Evidence(double at) => LogSum.Of([.. means.Select(mean => mean * at)]) - Math.Log(means.Length) + Math.Log(ErrorPower.Staked(at, Stakes.OfLatency));
        if (means.Max() <= 0 || Evidence(Delay.Horizon.TotalSeconds) < limit)
            return Delay.Never;
        var at = Root(t => Evidence(t) - limit, 1e-6, Delay.Horizon.TotalSeconds);
        // Near the limit all bets together move as their average does, each weighted by what it has won until then.
        var together = Bet.Average(bets, [.. means.Select(mean => Math.Exp((mean - means.Max()) * at))]);
        var drift = of.Mean(together);
        InverseGaussian time = new(drift * at, drift, of.Variance(together));
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

    /// <summary>The chance of each of the check's buckets.</summary>
    /// <param name="failed">The chance that an answer is taken for one of its second's failures, by the share of answers that are slower.</param>
    private static double[] Buckets(ServiceTraffic traffic, double slowdown, LatencyMapping mapping, Func<double, double> failed)
    {
        var chances = new double[LatencyMapping.Buckets];
        var median = Math.Log(traffic.MedianLatency.TotalSeconds * slowdown);
        double Below(int index) => InverseGaussian.Normal((Math.Log(LatencyHistogram.LowerBound(index)) - median) / traffic.LatencySpread);
        for (var i = LatencyHistogram.MinIndex; i <= LatencyHistogram.MaxIndex; i++)
        {
            var (low, high) = (i == LatencyHistogram.MinIndex ? 0 : Below(i), i == LatencyHistogram.MaxIndex ? 1 : Below(i + 1));
            var moved = (high - low) * failed(1 - (0.5 * (low + high)));
            chances[mapping.Of(i)] += high - low - moved;
            chances[LatencyMapping.Failed] += moved;
        }

        return chances;
    }

    /// <summary>The chance that a second has fewer answers ahead of one (slower for the candidate, quicker for the baseline) than it has failures.</summary>
    private static double Failed(double ahead, double failures)
    {
        if (failures > 200)
            return InverseGaussian.Normal((failures - ahead - 0.5) / Math.Sqrt(failures + ahead));
        var (sum, fewer, chance, others) = (0.0, 0.0, Math.Exp(-failures), Math.Exp(-ahead));
        for (var k = 1; k <= failures + (8 * Math.Sqrt(failures)) + 8; k++)
        {
            chance *= failures / k;
            fewer += others;
            others *= ahead / k;
            sum += chance * fewer;
        }

        return sum;
    }

    /// <summary>What a candidate's and a baseline's request of each bucket adds to the log evidence of a bet.</summary>
    private readonly record struct Bet(double[] Candidate, double[] Baseline)
    {
        public static Bet On(Split split, double[] tilt)
        {
            var share = split.Candidate / (split.Candidate + split.Baseline);
            double[] both = [.. tilt.Select(r => -Math.Log((share * r) + 1 - share))];
            return new([.. tilt.Zip(both, (r, b) => Math.Log(r) + b)], both);
        }

        public static Bet Average(Bet[] bets, double[] weights) => new(Average(bets, b => b.Candidate, weights), Average(bets, b => b.Baseline, weights));

        private static double[] Average(Bet[] bets, Func<Bet, double[]> of, double[] weights) =>
            [.. Enumerable.Range(0, of(bets[0]).Length).Select(i => bets.Zip(weights, (b, w) => of(b)[i] * w).Sum() / weights.Sum())];
    }

    /// <summary>What seconds of this traffic add to a bet.</summary>
    private readonly record struct Ticks(Split Split, double[] Candidate, double[] Baseline, double Phi)
    {
        public double Mean(Bet bet) => Sum(bet, won => won) / Phi;

        public double Variance(Bet bet) => Sum(bet, won => won * won) / (Phi * Phi);

        private double Sum(Bet bet, Func<double, double> of) =>
            (Split.Candidate * Candidate.Zip(bet.Candidate, (chance, won) => chance * of(won)).Sum()) + (Split.Baseline * Baseline.Zip(bet.Baseline, (chance, won) => chance * of(won)).Sum());
    }
}
