namespace Slipway.Core.Analysis.Power;

/// <summary>What the errors check and the gates see: their own bets, on expected traffic.</summary>
internal static class ErrorPower
{
    /// <summary>What the baseline did in the last ten minutes is known when a candidate comes.</summary>
    public static readonly TimeSpan History = TimeSpan.FromMinutes(10);

    /// <summary>Until a candidate with this error rate is seen, when failures come as the check's dispersion says: one by one when it says nothing.</summary>
    public static Delay UntilSeen(ServiceTraffic traffic, Split split, double candidateRate, CheckSpec.Errors check)
    {
        var expected = Estimate(traffic);
        var edge = Math.Min(0.5, (check.Tolerance * expected) + check.AbsoluteTolerance);
        var odds = Math.Log(edge / (1 - edge));
        var bets = RateDetector.Effects.Select(effect => Bet.On(split, traffic.ErrorRate, candidateRate, 1 / (1 + Math.Exp(-odds - effect)), expected, check.Tolerance, check.AbsoluteTolerance).Tempered(check.Dispersion)).ToArray();
        var logs = new double[bets.Length];
        return FirstPassage.Of(split.Candidate * candidateRate, (at, failures) =>
        {
            for (var j = 0; j < bets.Length; j++)
                logs[j] = bets[j].After(at, failures);
            return LogSum.Of(logs) - Math.Log(bets.Length) + Math.Log(Staked(at, Stakes.Default));
        }, traffic.Limit(check, check.Alpha, check.Strata), rises: true, at => bets.MaxBy(b => b.After(at, split.Candidate * candidateRate * at)).Others);
    }

    /// <summary>Until a healthy candidate is shown to be within a margin.</summary>
    public static Delay UntilSafe(ServiceTraffic traffic, Split split, Margin margin, CheckSpec.Errors check)
    {
        var expected = Estimate(traffic);
        var bets = SafeDetector.Alternatives.Select(a => (a.Stake, Bet: Bet.On(split, traffic.ErrorRate, traffic.ErrorRate, a.Factor * expected, expected, margin.Ratio, margin.Difference, worse: false).Tempered(check.Dispersion))).ToArray();
        var logs = new double[bets.Length];
        return FirstPassage.Of(split.Candidate * traffic.ErrorRate, (at, failures) =>
        {
            for (var j = 0; j < bets.Length; j++)
                logs[j] = Math.Log(bets[j].Stake) + bets[j].Bet.After(at, failures);
            return LogSum.Of(logs);
        }, -Math.Log(check.Beta), rises: false, at => bets.MaxBy(b => b.Bet.After(at, split.Candidate * traffic.ErrorRate * at)).Bet.Others);
    }

    /// <summary>
    /// Share of the stake that is bet on a fault that began at the start, after so many seconds: what was staked then, and half of what was staked
    /// since, for bets that began a little later are not far behind.
    /// </summary>
    public static double Staked(double seconds, Stakes stakes) =>
        stakes.AtStart + (0.5 * (1 - stakes.AtStart) * seconds / (seconds + stakes.HalfStaked.TotalSeconds));

    /// <summary>The rate that the bets are placed by: the true one, unless nothing ever failed.</summary>
    private static double Estimate(ServiceTraffic traffic) =>
        Math.Clamp(Math.Max(traffic.ErrorRate, 0.5 / ((traffic.RequestsPerSecond * History.TotalSeconds) + 50)), 1e-7, 0.5);

    /// <summary>One alternative's log evidence: so much for each failure of the candidate, and so much a second for all else, with its variance.</summary>
    private readonly record struct Bet(double Failure, double Second, double Others)
    {
        public static Bet On(Split split, double baselineRate, double candidateRate, double a, double b, double ratio, double difference, bool worse = true)
        {
            if (worse ? a <= (ratio * b) + difference : a >= (ratio * b) + difference)
                return default;
            var (qa, qb) = LogEvidence.Nearest(split.Second, a, b, ratio, difference);
            ReadOnlySpan<(double Rate, double Gain)> others =
            [
                (split.Candidate * (1 - candidateRate), Math.Log((1 - a) / (1 - qa))),
                (split.Baseline * baselineRate, Math.Log(b / qb)),
                (split.Baseline * (1 - baselineRate), Math.Log((1 - b) / (1 - qb))),
            ];
            var (mean, variance) = (0.0, 0.0);
            foreach (var (rate, gain) in others)
                (mean, variance) = (mean + (rate * gain), variance + (rate * gain * gain));
            return new(Math.Log(a / qa), mean, variance);
        }

        /// <summary>Divided by φ.</summary>
        public Bet Tempered(double? dispersion) => dispersion is { } phi ? new(Failure / phi, Second / phi, Others / (phi * phi)) : this;

        public double After(double seconds, double failures) => (failures * Failure) + (seconds * Second);
    }
}
