namespace Slipway.Engine.Storms;

/// <summary>What becomes of one request: how late it arrives, whether it does, how late its answer comes, and whether that does.</summary>
internal readonly record struct Fate(TimeSpan Before, bool Refused, TimeSpan After, bool Lost);

/// <summary>How bad it is, from the storm's own seed. Before and after the storm everything works at once.</summary>
internal sealed class Weather
{
    private readonly Random _chance;
    private readonly double _late;
    private readonly double _refused;
    private readonly double _lost;
    private readonly int _longest;

    public Weather(Random chance)
    {
        _chance = chance;
        double[] shares = [0, 0, 0.01, 0.05, 0.2];
        (_late, _refused, _lost) = (shares[chance.Next(5)], shares[chance.Next(4)], shares[chance.Next(5)]);
        _longest = chance.Next(4) switch { 0 => 20, 1 => 500, 2 => 3_000, _ => 20_000 };
    }

    public bool Bad { get; set; }

    public Fate Next() => Bad ? new Fate(Delay(), Is(_refused), Delay(), Is(_lost)) : default;

    private bool Is(double share) => share > 0 && _chance.NextDouble() < share;

    private TimeSpan Delay() => TimeSpan.FromMilliseconds(Is(_late) ? _chance.Next(_longest) : _chance.Next(4));
}
