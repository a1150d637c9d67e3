namespace Slipway.Engine.Storms;

/// <summary>What becomes of one request: how late it arrives, whether it does, how late its answer comes, and whether that does.</summary>
internal readonly record struct Fate(TimeSpan Before, bool Refused, TimeSpan After, bool Lost);

/// <summary>How bad it is, from the storm's own seed. Before and after the storm everything works at once.</summary>
internal sealed class Weather
{
    private readonly Random _chance;
    private readonly Random _beside;
    private readonly double _late;
    private readonly double _refused;
    private readonly double _lost;
    private readonly int _longest;

    /// <param name="chance">Draws how bad it is, and what becomes of requests…</param>
    /// <param name="beside">…but of those that came to the storms later, so that the storms stay what they were.</param>
    public Weather(Random chance, Random beside)
    {
        (_chance, _beside) = (chance, beside);
        double[] shares = [0, 0, 0.01, 0.05, 0.2];
        (_late, _refused, _lost) = (shares[chance.Next(5)], shares[chance.Next(4)], shares[chance.Next(5)]);
        _longest = chance.Next(4) switch { 0 => 20, 1 => 500, 2 => 3_000, _ => 20_000 };
    }

    public bool Bad { get; set; }

    /// <param name="beside">Whether it is of a kind that storms did not have from the beginning.</param>
    public Fate Next(bool beside = false) => Bad ? Draw(beside ? _beside : _chance) : default;

    private Fate Draw(Random chance) => new(Delay(chance), Is(_refused, chance), Delay(chance), Is(_lost, chance));

    private static bool Is(double share, Random chance) => share > 0 && chance.NextDouble() < share;

    private TimeSpan Delay(Random chance) => TimeSpan.FromMilliseconds(Is(_late, chance) ? chance.Next(_longest) : chance.Next(4));
}
