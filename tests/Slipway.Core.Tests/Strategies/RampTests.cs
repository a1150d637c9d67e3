using CsCheck;
using Slipway.Core.Strategies;
using Slipway.Core.Traffic;

namespace Slipway.Core.Tests.Strategies;

public class RampTests
{
    private static readonly Gen<Weight> GenWeight = Gen.Int[1, Weight.Whole].Select(v => new Weight(v));

    [Fact]
    public void DoublingFromOnePercentTakesEightWeights() =>
        Assert.Equal([1m, 2m, 4m, 8m, 16m, 32m, 64m, 100m], Ramp.Geometric(new(1000), Weight.Full, 2).Select(w => w.Percent));

    [Fact]
    public void AGeometricRampNeverFallsAndEndsAtItsEnd() =>
        Gen.Select(GenWeight, GenWeight, Gen.Double[1.01, 10]).Sample((from, to, factor) => RisesTo(Ramp.Geometric(from, to, factor), to));

    [Fact]
    public void ALinearRampNeverFallsAndEndsAtItsEnd() =>
        Gen.Select(GenWeight, GenWeight, Gen.Int[200, Weight.Whole]).Sample((from, to, step) => RisesTo(Ramp.Linear(from, to, new(step)), to));

    private static bool RisesTo(IReadOnlyList<Weight> weights, Weight to) =>
        weights[^1] == to && weights.Zip(weights.Skip(1)).All(pair => pair.First < pair.Second);
}
