namespace Slipway.Bench.Detection;

/// <summary>Every experiment, in the order of the tables.</summary>
/// <param name="size">How many runs: 1 is a full measurement.</param>
internal sealed class Experiments(ulong seed, double size, Action<string> tell)
{
    /// <summary>Of the log of each instance's latency: how large, and for how many seconds they last.</summary>
    private static readonly (double Sigma, double Memory)[] LatencyWaves = [(0.08, 30), (0.2, 30), (0.05, 300)];

    private readonly Dictionary<(Level, double), Matched> _matched = [];

    public Report All()
    {
        foreach (var level in Level.All)
            foreach (var weight in Cell.Weights)
                _matched[(level, weight)] = PeerRuns.Match(level, weight, Runs(2000), seed);
        tell("matched");
        var errors = Level.All.SelectMany(l => Fault.All.SelectMany(f => Cell.Weights.Select(w => new Cell(l, w, f)))).Select(Errors).ToList();
        tell("errors");
        var latencies = Cell.Weights.SelectMany(w => Latencies.Faults.Select(f => Latency(w, f))).ToList();
        tell("latency");
        var healthy = Level.All.SelectMany(l => Cell.Weights.Select(w => Healthy(l, w))).ToList();
        tell("healthy");
        List<NoiseRow> noise = [.. Noise.All.Select(Noisy), .. LatencyWaves.Select(w => LatencyNoise(w.Sigma, w.Memory)), .. Cell.Weights.Select(Quick)];
        tell("noise");
        var promotions = Level.All.Select(Promotion).ToList();
        List<LateRow> late =
        [
            .. from level in Level.All where level.Rate >= 1 from fault in Fault.All where fault.Name is "x2" or "x5" select Late($"{level.Name} {fault.Name}", chance => LateRuns.Errors(level, fault, chance)),
            .. from fault in Latencies.Faults where fault.Name is "+25 %" or "+50 %" or "tail 1 %" select Late($"latency {fault.Name}", chance => LateRuns.Latency(fault, chance)),
        ];
        return new(seed, errors, latencies, healthy, noise, promotions, late);
    }

    private int Runs(int full) => Math.Max(20, (int)(full * size));

    private ErrorRow Errors(Cell cell)
    {
        var (bound, ownBound) = (Bound.Errors(cell, Watch.Plain.Tolerance), Bound.Errors(cell, Watch.Default.Tolerance));
        var limits = _matched[(cell.Level, cell.Weight)];
        var peers = Many.Runs(Runs(200), seed, $"peers {cell.Name}", chance => PeerRuns.Run(cell, limits, chance));
        return new(
            cell.Level.Name,
            cell.Weight,
            cell.Fault.Name,
            bound,
            ownBound,
            Slipway(cell, Watch.Plain, bound),
            Slipway(cell, Watch.Default, ownBound),
            limits.Flagger is null ? null : Summary.Of([.. peers.Select(p => p.Flagger)], bound),
            limits.Argo is null ? null : Summary.Of([.. peers.Select(p => p.Argo)], bound),
            limits.Kayenta is null ? null : Summary.Of([.. peers.Select(p => p.Kayenta)], bound));
    }

    // What would take most of a day at best is not run: nobody waits for it, and what is cut off would flatter the mean.
    private Summary? Slipway(Cell cell, Watch watch, double bound) => 3 * bound > cell.Level.Rate * cell.Weight * ErrorRuns.Horizon
        ? null
        : Summary.Of(Many.Runs(Runs(400), seed, $"{watch.Name} {cell.Name}", chance => ErrorRuns.Run(cell, watch, chance)), bound);

    private LatencyRow Latency(double weight, Latencies fault)
    {
        var bound = Bound.Latency(fault.Shares, Latencies.Healthy.Shares, weight);
        var runs = Runs(400);
        return new(
            weight,
            fault.Name,
            bound,
            Summary.Of(Many.Runs(runs, seed, $"latency {fault.Name} {weight}", chance => LatencyRuns.Run(fault, weight, false, chance, 7200)), bound),
            Summary.Of(Many.Runs(runs, seed, $"tolerant {fault.Name} {weight}", chance => LatencyRuns.Run(fault, weight, true, chance, 7200)), bound));
    }

    private HealthyRow Healthy(Level level, double weight)
    {
        Cell cell = new(level, weight, Fault.None);
        var (limits, runs) = (_matched[(level, weight)], Runs(1000));
        return new(
            level.Name,
            weight,
            Alarms(cell, Watch.Plain, runs),
            Alarms(cell, Watch.Default, runs),
            Share.Of(Many.Runs(runs, seed, $"docs {cell.Name}", chance => Peers.Flagger(PeerRuns.Hour(cell, chance), 0.01) is not null)),
            limits.FlaggerAlarms,
            limits.ArgoAlarms,
            limits.KayentaAlarms,
            limits.Flagger,
            limits.Argo,
            limits.Kayenta);
    }

    private Share Alarms(Cell cell, Watch watch, int runs) =>
        Share.Of(Many.Runs(runs, seed, $"{watch.Name} {cell.Name}", chance => ErrorRuns.Run(cell, watch, chance, horizon: 3600) is not null));

    private NoiseRow Noisy(Noise noise)
    {
        var hours = Many.Runs(Runs(1000), seed, noise.Name, chance => NoiseRuns.Run(noise, _matched[(Level.M, 0.10)], chance));
        return new(
            noise.Name,
            Share.Of([.. hours.Select(h => h.Plain)]),
            Share.Of([.. hours.Select(h => h.Default)]),
            Share.Of([.. hours.Select(h => h.Flagger)]),
            Share.Of([.. hours.Select(h => h.Argo)]),
            Share.Of([.. hours.Select(h => h.Kayenta)]),
            hours.Average(h => h.Phi),
            Product(noise, 0, 1));
    }

    /// <summary>False alarms of the checks as a deployment has them, by the noise of a healthy service.</summary>
    /// <param name="which">Only noise whose name contains this.</param>
    public IEnumerable<(string Noise, Share Stopped)> Products(string which) =>
        from row in Noise.All.Select(noise => (Name: noise.Name, Noise: noise, Sigma: 0.0, Memory: 1.0)).Concat(LatencyWaves.Select(w => (Name: Waves(w), Noise: Noise.All[0], w.Sigma, w.Memory)))
        where row.Name.Contains(which, StringComparison.Ordinal)
        select (row.Name, Product(row.Noise, row.Sigma, row.Memory));

    private static string Waves((double Sigma, double Memory) wave) => $"latency waves of an instance, sigma {wave.Sigma}, {wave.Memory} s";

    private Share Product(Noise noise, double sigma, double memory) =>
        Share.Of(Many.Runs(Runs(400), seed, $"product {noise.Name} {sigma} {memory}", chance => ProductRuns.Run(noise, sigma, memory, chance)));

    private NoiseRow LatencyNoise(double sigma, double memory)
    {
        var runs = Many.Runs(Runs(400), seed, $"latency waves {sigma} {memory}", chance => LatencyRuns.Waves(sigma, memory, chance));
        return new(Waves((sigma, memory)), Share.Of([.. runs.Select(r => r.Raw)]), Share.Of([.. runs.Select(r => r.Default)]), null, null, null, runs.Average(r => r.Phi), Product(Bench.Detection.Noise.All[0], sigma, memory));
    }

    private NoiseRow Quick(double weight)
    {
        var runs = Runs(400);
        return new(
            $"independent latency, {weight:P0}",
            Share.Of(Many.Runs(runs, seed, $"quick {weight}", chance => LatencyRuns.Run(Latencies.Healthy, weight, false, chance, 1800) is not null)),
            Share.Of(Many.Runs(runs, seed, $"quick tolerant {weight}", chance => LatencyRuns.Run(Latencies.Healthy, weight, true, chance, 1800) is not null)),
            null,
            null,
            null,
            1);
    }

    private LateRow Late(string fault, Func<Chance, LateRuns.Found> run)
    {
        var runs = Many.Runs(Runs(200), seed, $"late {fault}", run);
        return new(fault, runs.Average(r => r.Restart) ?? double.NaN, Share.Of([.. runs.Select(r => r.Restart is not null)]), runs.Average(r => r.Static) ?? double.NaN, Share.Of([.. runs.Select(r => r.Static is not null)]));
    }

    private PromotionRow Promotion(Level level)
    {
        var runs = Runs(level.Rate < 1 ? 200 : 500);
        var ours = Many.Runs(runs, seed, $"promote {level.Name}", chance => PromotionRuns.Slipway(level, chance));
        var flagger = Many.Runs(runs, seed, $"promote flagger {level.Name}", chance => PromotionRuns.Flagger(level, chance));
        var times = ours.OfType<double>().ToList();
        var spread = Math.Sqrt(times.Sum(t => (t - times.Average()) * (t - times.Average())) / times.Count / times.Count);
        return new(
            level.Name,
            Share.Of([.. ours.Select(t => t is not null)]),
            times.Average(),
            spread,
            Share.Of([.. flagger.Select(t => t is not null)]),
            flagger.OfType<double>().Average());
    }
}
