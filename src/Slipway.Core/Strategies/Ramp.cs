using System.Collections.Immutable;
using Slipway.Core.Traffic;

namespace Slipway.Core.Strategies;

/// <summary>A row of weights that never falls and ends at the last one given. Unrolled into <see cref="WeightStep"/>s before anything runs.</summary>
public static class Ramp
{
    /// <summary>Multiplies by <paramref name="factor"/> (above 1) from <paramref name="from"/> (above 0) until <paramref name="to"/>.</summary>
    public static ImmutableArray<Weight> Geometric(Weight from, Weight to, double factor)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(factor, 1.0);
        return Rising(from, to, w => (int)Math.Min(Weight.Whole, Math.Round(w * factor)));
    }

    /// <summary>Adds <paramref name="step"/> (above 0) from <paramref name="from"/> (above 0) until <paramref name="to"/>.</summary>
    public static ImmutableArray<Weight> Linear(Weight from, Weight to, Weight step)
    {
        ArgumentOutOfRangeException.ThrowIfZero(step.Value);
        return Rising(from, to, w => Math.Min(Weight.Whole, w + step.Value));
    }

    /// <summary>One <see cref="WeightStep"/> a weight; the last one has no hold, it is the end of the ramp.</summary>
    public static ImmutableArray<Step> Unroll(ImmutableArray<Weight> weights, TimeSpan every, bool untilSafe) =>
        [.. weights.Select((w, i) => i == weights.Length - 1 ? new WeightStep(w, TimeSpan.Zero, false) : new WeightStep(w, every, untilSafe))];

    private static ImmutableArray<Weight> Rising(Weight from, Weight to, Func<int, int> next)
    {
        ArgumentOutOfRangeException.ThrowIfZero(from.Value);
        var weights = ImmutableArray.CreateBuilder<Weight>();
        for (var w = from.Value; w < to.Value; w = Math.Max(w + 1, next(w)))
        {
            weights.Add(new Weight(w));
        }

        weights.Add(to);
        return weights.ToImmutable();
    }
}
