using Slipway.Core.Analysis;

namespace Slipway.Bench.Detection;

/// <summary>The dispersion of the baseline's shards, in steps of ten seconds: blocks of 10, 60, 300 and 900 seconds, as the product has.</summary>
internal sealed class Spread(int shards)
{
    public const int Step = 10;

    private readonly Dispersion _dispersion = new(shards, [1, 6, 30, 90]);
    private readonly double[] _requests = new double[shards];
    private readonly double[] _errors = new double[shards];
    private double _closed;

    public double Temper => 1 / Phi;

    public double Phi => _dispersion.PhiOrDoubt;

    public void Add(int shard, double requests, double errors)
    {
        _requests[shard] += requests;
        _errors[shard] += errors;
    }

    /// <summary>Everything until then was added; whole steps are closed.</summary>
    public void Close(double seconds)
    {
        for (; _closed + Step <= seconds + 1e-9; _closed += Step)
        {
            _dispersion.Update(_requests, _errors);
            Array.Clear(_requests);
            Array.Clear(_errors);
        }
    }

    /// <summary>From now on, seconds count from 0 again.</summary>
    public void Begin() => _closed = 0;
}
