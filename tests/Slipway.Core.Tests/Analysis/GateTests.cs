using CsCheck;
using Slipway.Core.Analysis;
using Slipway.Core.Traffic;

namespace Slipway.Core.Tests.Analysis;

public class GateTests
{
    [Theory]
    [InlineData(100, 10, 0.25)]
    [InlineData(1_000, 10, 0.1)]
    [InlineData(5_000, 5, 0.02)]
    [InlineData(10_000, 3, 0.01)]
    [InlineData(25_000, 2, 0.004)]
    [InlineData(50_000, 1.5, 0.002)]
    [InlineData(100_000, 1.5, 0.002)]
    public void MarginsAreThoseOfTheLadder(int exposure, double ratio, double difference)
    {
        var margin = Margin.At(new Weight(exposure), 0.01);
        Assert.Equal(ratio, margin.Ratio, 9);
        Assert.Equal(difference, margin.Difference, 9);
    }

    [Fact]
    public void BetweenRungsTheRatioIsStraightOnALogLogScale() =>
        Assert.Equal(Math.Sqrt(10 * 5), Margin.At(new Weight(2236), 0.01).Ratio, 3);

    [Fact]
    public void MarginsTightenWithTheExposure() =>
        Gen.Select(Gen.Int[0, Weight.Whole], Gen.Int[0, Weight.Whole], Gen.Double[0.0001, 0.5]).Sample((a, b, objective) =>
        {
            var (small, large) = (Margin.At(new Weight(Math.Min(a, b)), objective), Margin.At(new Weight(Math.Max(a, b)), objective));
            return small.Ratio >= large.Ratio && small.Difference >= large.Difference && large.Ratio >= 1.5 && small.Difference <= 0.25;
        });
}
