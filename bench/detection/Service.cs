namespace Slipway.Bench.Detection;

/// <summary>A service's traffic.</summary>
/// <param name="Rate">Requests a second, both sides together, on average over the day.</param>
/// <param name="ErrorRate">Of the baseline.</param>
internal sealed record Level(string Name, double Rate, double ErrorRate)
{
    public static IReadOnlyList<Level> All { get; } = [new("H", 1000, 0.001), new("M", 100, 0.005), new("L", 10 / 60.0, 0.01)];

    public static Level M => All[1];
}

/// <summary>What is wrong with the candidate's error rate.</summary>
internal sealed record Fault(string Name, Func<double, double> ErrorRate)
{
    public static Fault None { get; } = new("healthy", p => p);

    public static IReadOnlyList<Fault> All { get; } =
    [
        new("x1.5", p => 1.5 * p), new("x2", p => 2 * p), new("x5", p => 5 * p), new("x20", p => 20 * p),
        new("1 % of users", p => p + (0.01 * (1 - p))), new("outage", _ => 1),
    ];
}

/// <summary>One place in the tables.</summary>
/// <param name="Weight">The candidate's share of the traffic.</param>
internal sealed record Cell(Level Level, double Weight, Fault Fault)
{
    public static IReadOnlyList<double> Weights { get; } = [0.01, 0.05, 0.10, 0.50];

    public string Name => $"{Level.Name} {Weight:0.##} {Fault.Name}";

    public double CandidateErrors => Math.Min(1, Fault.ErrorRate(Level.ErrorRate));
}

/// <summary>A day with 30 % more traffic at its height and as much less at night, beginning anywhere.</summary>
internal sealed class Day(Chance chance)
{
    private readonly double _phase = 2 * Math.PI * chance.Uniform();

    public double Factor(double seconds) => 1 + (0.3 * Math.Sin(_phase + (2 * Math.PI * seconds / 86_400)));
}
