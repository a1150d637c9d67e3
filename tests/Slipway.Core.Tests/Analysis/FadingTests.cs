using Slipway.Core.Analysis;

namespace Slipway.Core.Tests.Analysis;

public class FadingTests
{
    /// <summary>From the noise of two block lengths alone, that of a third.</summary>
    [Theory]
    [InlineData(5)]
    [InlineData(30)]
    [InlineData(60)]
    [InlineData(150)]
    public void TheNoiseOfLongerBlocksFollowsFromThatOfShorterOnes(double memory) =>
        Assert.Equal(Noise(300, memory) / Noise(60, memory), Fading.Growth(Noise(60, memory) / Noise(10, memory), 10, 60, 300), 3);

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.5, 1)]
    [InlineData(1, 1)]
    [InlineData(1e9, 5)]
    public void WhateverWasSeenItNeverShrinksAndNeverGrowsFasterThanTheLength(double growth, double most) => Assert.InRange(Fading.Growth(growth, 10, 60, 300), 1, most + 0.01);

    /// <summary>Counts of instances whose rate wanders with a memory of a minute, told by ten minutes of them, and by an hour.</summary>
    [Fact]
    public void WhatTenMinutesSayOfWaves()
    {
        var (early, late) = (0.0, 0.0);
        for (var seed = 0; seed < 20; seed++)
        {
            Dispersion dispersion = new(10, [10, 60, 300, 900]);
            Random random = new(seed);
            var level = Enumerable.Range(0, 10).Select(_ => Normal(random)).ToArray();
            for (var second = 1; second <= 3600; second++)
            {
                double[] requests = new double[10], errors = new double[10];
                for (var i = 0; i < 10; i++)
                {
                    requests[i] = 100;
                    for (var n = 0; n < 100; n++)
                        errors[i] += random.NextDouble() < 0.005 * Math.Exp(level[i] - 0.5) ? 1 : 0;
                    level[i] = (Math.Exp(-1 / 60.0) * level[i]) + (Math.Sqrt(1 - Math.Exp(-2 / 60.0)) * Normal(random));
                }

                dispersion.Update(requests, errors);
                early += second == 600 ? dispersion.PhiOrDoubt / 20 : 0;
            }

            late += dispersion.PhiOrDoubt / 20;
        }

        Assert.InRange(early / late, 0.6, 1.6);
    }

    private static double Noise(double length, double memory) => 1 - ((1 - Math.Exp(-length / memory)) / (length / memory));

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
