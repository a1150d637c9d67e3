namespace Slipway.Core.Analysis.Power;

/// <summary>
/// When evidence that is looked at every second first reaches its limit, while failures come by chance: the chances of all counts that have not yet reached
/// it are carried from look to look (a Poisson process and a moving boundary), so the excess over the limit and the looks' own grain are in it.
/// </summary>
internal static class FirstPassage
{
    /// <summary>Looks on the way to the expected moment; with more the answer changes by less than 2 %.</summary>
    private const double Looks = 300;

    private const double Negligible = 1e-12;

    /// <param name="failures">Counted failures a second.</param>
    /// <param name="evidence">Log evidence after so many seconds and failures; monotone in the failures.</param>
    /// <param name="limit">Log evidence that decides.</param>
    /// <param name="rises">Whether failures raise the evidence; otherwise they lower it.</param>
    /// <param name="others">Variance of the log evidence a second from all that is not counted here, near a moment.</param>
    public static Delay Of(double failures, Func<double, double, double> evidence, double limit, bool rises, Func<double, double> others)
    {
        if (Expected(failures, evidence, limit) is not { } expected)
            return Delay.Never;
        var step = Math.Max(1, Math.Floor(expected / Looks));
        Counts counts = new(failures * step);
        TimeSpan? median = null;
        var passed = 0.0;
        for (var at = step; at <= Delay.Horizon.TotalSeconds; at += step)
        {
            counts.Advance();
            passed += counts.TakeOut(count => evidence(at, count) >= limit, rises);
            if (passed >= 0.5)
                median ??= TimeSpan.FromSeconds(at);
            if (passed >= 0.9)
                return new Delay(median, Wider(median!.Value.TotalSeconds, at, Drift(median.Value.TotalSeconds), others));
        }

        return new Delay(median, null);

        double Drift(double at) => (evidence(at, failures * at) - evidence(0.8 * at, failures * 0.8 * at)) / (0.2 * at);
    }

    /// <summary>What is not counted comes by chance too: its spread is added to that of the failures, as independent spreads are.</summary>
    private static TimeSpan? Wider(double median, double nineOfTen, double drift, Func<double, double> others)
    {
        const double NineOfTen = 1.2816; // standard deviations of a normal number
        var counted = (nineOfTen - median) / NineOfTen;
        var at = median + (NineOfTen * Math.Sqrt((counted * counted) + (others(median) * median / (drift * drift))));
        return at <= Delay.Horizon.TotalSeconds ? TimeSpan.FromSeconds(Math.Ceiling(at)) : null;
    }

    /// <summary>Seconds until the evidence of the expected counts reaches the limit; null: not within the horizon.</summary>
    private static double? Expected(double failures, Func<double, double, double> evidence, double limit)
    {
        bool Reaches(double at) => evidence(at, failures * at) >= limit;
        var high = 1.0;
        while (!Reaches(high))
        {
            high *= 2;
            if (high > 2 * Delay.Horizon.TotalSeconds)
                return null;
        }

        var low = high / 2;
        while (high - low > high / 1000)
        {
            var middle = 0.5 * (low + high);
            (low, high) = Reaches(middle) ? (low, middle) : (middle, high);
        }

        return high;
    }

    /// <summary>The chance of every count that is still in.</summary>
    private sealed class Counts(double mean)
    {
        private readonly double[] _steps = Poisson(mean);
        private double[] _chances = [1];
        private int _lowest;

        public void Advance()
        {
            var next = new double[_chances.Length + _steps.Length - 1];
            for (var i = 0; i < _chances.Length; i++)
            {
                for (var k = 0; k < _steps.Length; k++)
                    next[i + k] += _chances[i] * _steps[k];
            }

            var (first, last) = (0, next.Length - 1);
            while (first < last && next[first] < Negligible)
                first++;
            while (last > first && next[last] < Negligible)
                last--;
            (_chances, _lowest) = (next[first..(last + 1)], _lowest + first);
        }

        /// <summary>Removes the counts that are past the boundary, from the end at which they are, and returns their chance.</summary>
        public double TakeOut(Func<double, bool> isPast, bool fromTop)
        {
            var sum = 0.0;
            for (var n = 0; n < _chances.Length; n++)
            {
                var i = fromTop ? _chances.Length - 1 - n : n;
                if (!isPast(_lowest + i))
                    break;
                sum += _chances[i];
                _chances[i] = 0;
            }

            return sum;
        }

        private static double[] Poisson(double mean)
        {
            List<double> chances = [];
            var term = Math.Exp(-Math.Min(mean, 700));
            for (var k = 0; k <= mean || term > Negligible / 10; k++)
            {
                chances.Add(mean > 500 ? Normal(k, mean) : term);
                term *= mean / (k + 1);
                if (mean > 500 && k > mean + (8 * Math.Sqrt(mean)))
                    break;
            }

            return [.. chances];
        }

        private static double Normal(int k, double mean) => Math.Exp(-(k - mean) * (k - mean) / (2 * mean)) / Math.Sqrt(2 * Math.PI * mean);
    }
}
