namespace Slipway.Bench.Detection;

/// <summary>How errors of one instance cling together; each second every instance has so many requests and errors.</summary>
internal abstract record Noise(string Name)
{
    public static IReadOnlyList<Noise> All { get; } =
    [
        new Waves("independent", 0, 1, false),
        new Waves("shared waves, sigma 1, 60 s", 1, 60, true),
        new Waves("waves of an instance, sigma 0.5, 30 s", 0.5, 30, false),
        new Waves("waves of an instance, sigma 1, 60 s", 1, 60, false),
        new Waves("waves of an instance, sigma 0.3, 10 min", 0.3, 600, false),
        new Bursts("bursts, geometric, mean 5", 5, chance => Geometric(chance, 5)),
        new Bursts("bursts, geometric, mean 20", 20, chance => Geometric(chance, 20)),
        new Bursts("bursts, Pareto 1.8", 1.8822, chance => Math.Floor(Math.Pow(chance.Uniform(), -1 / 1.8))),
    ];

    /// <summary>A source of seconds for so many alike instances.</summary>
    public abstract Action<double[], double[]> Begin(int instances, double requests, double errorRate, Chance chance);

    private static double Geometric(Chance chance, double mean) => 1 + Math.Floor(Math.Log(chance.Uniform()) / Math.Log(1 - (1 / mean)));

    /// <summary>The error rate is multiplied by e to the power of an AR(1) process, with mean 1.</summary>
    private sealed record Waves(string Name, double Sigma, double Memory, bool Shared) : Noise(Name)
    {
        public override Action<double[], double[]> Begin(int instances, double requests, double errorRate, Chance chance)
        {
            var kept = Math.Exp(-1 / Memory);
            var fresh = Sigma * Math.Sqrt(1 - (kept * kept));
            double[] level = [.. Enumerable.Range(0, instances).Select(_ => Sigma * chance.Normal())];
            return (n, x) =>
            {
                for (var i = 0; i < instances; i++)
                {
                    var rate = Math.Min(1, errorRate * Math.Exp(level[Shared ? 0 : i] - (Sigma * Sigma / 2)));
                    x[i] = chance.Poisson(requests * rate);
                    n[i] = x[i] + chance.Poisson(requests * (1 - rate));
                    if (Sigma > 0 && (i == 0 || !Shared))
                        level[i] = (kept * level[i]) + (fresh * chance.Normal());
                }
            };
        }
    }

    /// <summary>Errors come in bursts within one second of one instance, no more than it has requests.</summary>
    private sealed record Bursts(string Name, double Mean, Func<Chance, double> Size) : Noise(Name)
    {
        public override Action<double[], double[]> Begin(int instances, double requests, double errorRate, Chance chance) => (n, x) =>
        {
            for (var i = 0; i < instances; i++)
            {
                n[i] = chance.Poisson(requests);
                x[i] = 0;
                for (var bursts = chance.Poisson(requests * errorRate / Mean); bursts > 0; bursts--)
                    x[i] += Size(chance);
                x[i] = Math.Min(n[i], x[i]);
            }
        };
    }
}
