using Slipway.Core.Analysis;

namespace Slipway.Bench.Detection;

/// <summary>How the product watches error rates in one experiment.</summary>
/// <param name="Tolerance">ρ0.</param>
/// <param name="IsTempered">Evidence is divided by the dispersion of ten baseline shards, watched from an hour before.</param>
internal sealed record Watch(string Name, double Tolerance, bool IsTempered)
{
    /// <summary>The restart mixture alone.</summary>
    public static Watch Plain { get; } = new("restart, rho0=1", 1, false);

    /// <summary>What the product does unless told otherwise.</summary>
    public static Watch Default { get; } = new("default: rho0=1.1, dispersion", 1.1, true);
}

/// <summary>
/// Runs the product's detector on independent requests, second by second. Where the bound is far away, or requests are rare, seconds are
/// put together: a window is then the time in which a two hundredth of the bound is expected, or until the candidate's next request.
/// </summary>
internal static class ErrorRuns
{
    public const double Horizon = 86_400;
    private const int Shards = 10;
    private const double WindowsToBound = 200;

    public static Alarm? Run(Cell cell, Watch watch, Chance chance, double horizon = Horizon)
    {
        Day day = new(chance);
        RateDetector detector = new(RateKind.Bernoulli, watch.Tolerance, 0);
        var spread = watch.IsTempered ? Past(cell, detector, chance, day) : Learned(cell, detector, chance);
        var step = cell.Fault == Fault.None ? 0 : Bound.Errors(cell, watch.Tolerance) / WindowsToBound;
        var (seconds, requests) = (0.0, 0.0);
        while (seconds < horizon)
        {
            var rate = cell.Level.Rate * day.Factor(seconds);
            var (length, arrived) = Length(rate * cell.Weight, step, spread is not null, chance);
            seconds += length;
            var (nc, xc) = arrived ? (1, chance.Uniform() < cell.CandidateErrors ? 1 : 0) : Counts(rate * cell.Weight * length, cell.CandidateErrors, chance);
            var (nb, xb) = Baseline(rate * (1 - cell.Weight) * length, cell.Level.ErrorRate, spread, chance);
            requests += nc;
            detector.Update(TimeSpan.FromSeconds(seconds), new Window(nc, xc, nb, xb), spread?.Temper ?? 1);
            spread?.Close(seconds);
            if (detector.LogEvidence >= Bound.Limit)
                return new Alarm(requests, seconds);
        }

        return null;
    }

    private static (double Length, bool Arrived) Length(double candidateRate, double step, bool isTempered, Chance chance)
    {
        if (candidateRate < 0.5 && step < 1)
            return (Math.Ceiling(chance.Exponential(1 / candidateRate)), true);
        var seconds = Math.Max(1, Math.Floor(step / candidateRate));
        return (isTempered && candidateRate >= 0.5 ? Math.Min(seconds, Spread.Step) : seconds, false);
    }

    private static Spread? Learned(Cell cell, RateDetector detector, Chance chance)
    {
        var (requests, errors) = Counts(cell.Level.Rate * 600, cell.Level.ErrorRate, chance);
        detector.Learn(TimeSpan.Zero, requests, errors);
        return null;
    }

    private static Spread Past(Cell cell, RateDetector detector, Chance chance, Day day)
    {
        Spread spread = new(Shards);
        var (requests, errors) = (0.0, 0.0);
        for (var at = Spread.Step; at <= 3600; at += Spread.Step)
        {
            var (n, x) = Baseline(cell.Level.Rate * day.Factor(at - 3600) * Spread.Step, cell.Level.ErrorRate, spread, chance);
            (requests, errors) = (requests + n, errors + x);
            spread.Close(at);
        }

        spread.Begin();
        detector.Learn(TimeSpan.Zero, requests, errors);
        return spread;
    }

    private static (double Requests, double Errors) Baseline(double mean, double rate, Spread? spread, Chance chance)
    {
        if (spread is null)
            return Counts(mean, rate, chance);
        var (requests, errors) = (0.0, 0.0);
        for (var s = 0; s < Shards; s++)
        {
            var (n, x) = Counts(mean / Shards, rate, chance);
            spread.Add(s, n, x);
            (requests, errors) = (requests + n, errors + x);
        }

        return (requests, errors);
    }

    /// <summary>A Poisson number of requests of which each fails by itself: errors and others are independent Poisson numbers.</summary>
    public static (double Requests, double Errors) Counts(double mean, double rate, Chance chance)
    {
        var errors = chance.Poisson(mean * rate);
        return (errors + chance.Poisson(mean * (1 - rate)), errors);
    }
}
