using Slipway.Core.Analysis;

namespace Slipway.Bench.Detection;

/// <summary>What alarmed in one healthy hour, and the dispersion at its end.</summary>
internal readonly record struct HealthyHour(bool Plain, bool Default, bool Flagger, bool Argo, bool Kayenta, double Phi);

/// <summary>Healthy hours at 100 requests a second: ten alike instances, one of them the candidate's.</summary>
internal static class NoiseRuns
{
    private const int Instances = 10;
    private const int Hour = 3600;

    public static HealthyHour Run(Noise noise, Matched limits, Chance chance)
    {
        var level = Level.M;
        var source = noise.Begin(Instances, level.Rate / Instances, level.ErrorRate, chance);
        RateDetector plain = new(RateKind.Bernoulli, Watch.Plain.Tolerance, 0), usual = new(RateKind.Bernoulli, Watch.Default.Tolerance, 0);
        Spread spread = new(Instances - 1);
        double[] n = new double[Instances], x = new double[Instances];
        var minutes = new Minute[Peers.Minutes];
        bool plainAlarm = false, usualAlarm = false;
        for (var second = 1 - Hour; second <= Hour; second++)
        {
            source(n, x);
            var (nb, xb) = (0.0, 0.0);
            for (var i = 1; i < Instances; i++)
            {
                spread.Add(i - 1, n[i], x[i]);
                (nb, xb) = (nb + n[i], xb + x[i]);
            }

            if (second <= 0)
            {
                plain.Learn(TimeSpan.Zero, nb, xb);
                usual.Learn(TimeSpan.Zero, nb, xb);
            }
            else
            {
                var (at, window) = (TimeSpan.FromSeconds(second), new Window(n[0], x[0], nb, xb));
                plain.Update(at, window);
                usual.Update(at, window, spread.Temper);
                plainAlarm |= plain.LogEvidence >= Bound.Limit;
                usualAlarm |= usual.LogEvidence >= Bound.Limit;
                ref var minute = ref minutes[(second - 1) / 60];
                minute = new(minute.CandidateRequests + n[0], minute.CandidateErrors + x[0], minute.BaselineRequests + nb, minute.BaselineErrors + xb);
            }

            spread.Close(second + Hour);
        }

        return new(plainAlarm, usualAlarm, Alarms(limits.Flagger, l => Peers.Flagger(minutes, l)), Alarms(limits.Argo, l => Peers.Argo(minutes, l)), Peers.Kayenta(minutes, limits.Kayenta ?? 1) is not null, spread.Phi);

        static bool Alarms(double? limit, Func<double, int?> rule) => limit is not { } m || rule(m * Level.M.ErrorRate) is not null;
    }
}
