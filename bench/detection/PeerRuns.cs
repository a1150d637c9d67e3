namespace Slipway.Bench.Detection;

/// <summary>Limits at which a peer's rule alarms in at most 1 % of healthy hours, found with the true error rate known. Null: there is none.</summary>
internal sealed record Matched(double? Flagger, double? Argo, double? Kayenta, Share FlaggerAlarms, Share ArgoAlarms, Share KayentaAlarms);

/// <summary>The peers on the same independent requests, a minute at a time.</summary>
internal static class PeerRuns
{
    /// <summary>Limits tried, in multiples of the true error rate (Kayenta: of the baseline's mean).</summary>
    private static readonly double[] Multiples = [1, 1.25, 1.5, 1.75, 2, 2.5, 3, 3.5, 4, 5, 6, 8, 10, 12, 15, 20, 30, 50];

    public static Minute[] Hour(Cell cell, Chance chance)
    {
        Day day = new(chance);
        var hour = new Minute[Peers.Minutes];
        for (var i = 0; i < hour.Length; i++)
        {
            var mean = cell.Level.Rate * day.Factor(60 * i) * 60;
            var (xc, xb) = (chance.Poisson(mean * cell.Weight * cell.CandidateErrors), chance.Poisson(mean * (1 - cell.Weight) * cell.Level.ErrorRate));
            hour[i] = new(
                xc + chance.Poisson(mean * cell.Weight * (1 - cell.CandidateErrors)), xc, xb + chance.Poisson(mean * (1 - cell.Weight) * (1 - cell.Level.ErrorRate)), xb);
        }

        return hour;
    }

    public static Matched Match(Level level, double weight, int runs, ulong seed)
    {
        Cell healthy = new(level, weight, Fault.None);
        var hours = Many.Runs(runs, seed, $"match {healthy.Name}", chance => Hour(healthy, chance));
        var (flagger, flaggerAlarms) = Smallest(hours, (hour, m) => Peers.Flagger(hour, m * level.ErrorRate) is not null);
        var (argo, argoAlarms) = Smallest(hours, (hour, m) => Peers.Argo(hour, m * level.ErrorRate) is not null);
        var (kayenta, kayentaAlarms) = Smallest(Many.Map(hours, hour => Peers.LargestKayentaEffect(hour)), (effect, m) => effect >= m);
        return new(flagger, argo, kayenta, flaggerAlarms, argoAlarms, kayentaAlarms);
    }

    public static (Alarm? Flagger, Alarm? Argo, Alarm? Kayenta) Run(Cell cell, Matched limits, Chance chance)
    {
        var hour = Hour(cell, chance);
        return (
            Until(hour, limits.Flagger is { } f ? Peers.Flagger(hour, f * cell.Level.ErrorRate) : null),
            Until(hour, limits.Argo is { } a ? Peers.Argo(hour, a * cell.Level.ErrorRate) : null),
            Until(hour, limits.Kayenta is { } k ? Peers.Kayenta(hour, k) : null));
    }

    private static Alarm? Until(Minute[] hour, int? minute) =>
        minute is { } end ? new Alarm(hour.Take(end).Sum(m => m.CandidateRequests), 60 * end) : null;

    private static (double? Limit, Share Alarms) Smallest<T>(T[] hours, Func<T, double, bool> alarms)
    {
        Share share = default;
        foreach (var multiple in Multiples)
        {
            share = Share.Of(Many.Map(hours, hour => alarms(hour, multiple)));
            if (share.Value <= 0.01)
                return (multiple, share);
        }

        return (null, share);
    }
}
