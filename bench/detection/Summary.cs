namespace Slipway.Bench.Detection;

/// <summary>What the runs of one cell came to.</summary>
/// <param name="Ratio">Mean candidate requests until the alarm over the bound, of the runs that alarmed.</param>
/// <param name="Error">Its standard error.</param>
/// <param name="Detected">Share of runs that alarmed in time.</param>
/// <param name="Requests">Mean candidate requests until the alarm.</param>
/// <param name="Seconds">Mean time until the alarm.</param>
internal sealed record Summary(double Ratio, double Error, double Detected, double Requests, double Seconds)
{
    public bool Counts => Detected >= 0.95;

    public static Summary Of(IReadOnlyList<Alarm?> runs, double bound)
    {
        var alarms = runs.OfType<Alarm>().ToList();
        if (alarms.Count == 0)
            return new(double.NaN, double.NaN, 0, double.NaN, double.NaN);
        var mean = alarms.Average(a => a.Requests);
        var spread = Math.Sqrt(alarms.Sum(a => (a.Requests - mean) * (a.Requests - mean)) / Math.Max(1, alarms.Count - 1));
        return new(mean / bound, spread / Math.Sqrt(alarms.Count) / bound, (double)alarms.Count / runs.Count, mean, alarms.Average(a => a.Seconds));
    }

    /// <summary>Geometric mean over cells that were detected often enough, its standard error, and how many those were.</summary>
    public static (double Ratio, double Error, int Cells) Mean(IEnumerable<Summary?> cells)
    {
        var counted = cells.OfType<Summary>().Where(c => c.Counts).ToList();
        if (counted.Count == 0)
            return (double.NaN, double.NaN, 0);
        var ratio = Math.Exp(counted.Average(c => Math.Log(c.Ratio)));
        return (ratio, ratio * Math.Sqrt(counted.Sum(c => c.Error / c.Ratio * (c.Error / c.Ratio))) / counted.Count, counted.Count);
    }
}

/// <param name="Requests">Candidate requests until then.</param>
internal readonly record struct Alarm(double Requests, double Seconds);

/// <summary>A share of runs.</summary>
internal readonly record struct Share(double Value, int Runs)
{
    public double Error => Math.Sqrt(Math.Max(Value, 1.0 / Runs) * (1 - Value) / Runs);

    public static Share Of(IReadOnlyCollection<bool> runs) => new((double)runs.Count(r => r) / runs.Count, runs.Count);
}

/// <summary>Runs in parallel, on no more threads than there are cores; each has its own chance, so the outcome does not depend on how.</summary>
internal static class Many
{
    public static T[] Runs<T>(int count, ulong seed, string cell, Func<Chance, T> run) => Map([.. Enumerable.Range(0, count)], i => run(Chance.Of(seed, cell, i)));

    public static TOut[] Map<TIn, TOut>(TIn[] items, Func<TIn, TOut> map)
    {
        var results = new TOut[items.Length];
        Parallel.For(0, items.Length, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, i => results[i] = map(items[i]));
        return results;
    }
}
