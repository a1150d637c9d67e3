using Slipway.Core.Analysis;
using Slipway.Core.Analysis.Judges;

namespace Slipway.Core.Tests.Analysis;

/// <summary>What the gauge's bet is worth on average while there is no difference: normal numbers cannot be enumerated, so Student's density is integrated.</summary>
public class GaugeFairnessTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(12)]
    [InlineData(60)]
    public void TheBetIsWorthNoMoreThanItsStakeOnAverage(int n)
    {
        Assert.InRange(Mean(n, t => Math.Exp(StudentTest.LogEvidence(t, n, n))), 0.999, 1 + 1e-6);
        Assert.InRange(Mean(n, t => Math.Exp(t > 0 ? StudentTest.LogEvidence(t, n, n) : Math.Min(0, StudentTest.LogEvidence(t, n, n)))), 0, 1 + 1e-6);
    }

    [Fact]
    public void ScaleAndOrderDoNotMatterAndMoreEvidenceNeedsMoreDifference()
    {
        double[] differences = [0.5, 1.5, -0.2, 2.5, 0.9, 1.1];
        var one = After(differences);
        Assert.Equal(one, After([.. differences.Reverse()]), 12);
        Assert.Equal(one, After([.. differences.Select(d => 1000 * d)]), 12);
        Assert.True(After([.. differences.Select(d => d + 0.5)]) > one);
        Assert.True(After([.. differences.Select(d => -d)]) <= 0);
    }

    private static double After(double[] differences)
    {
        GaugeDetector detector = new();
        foreach (var difference in differences)
            detector.Update(difference);
        return detector.LogEvidence;
    }

    /// <summary>With variance n, the mean is Student's t itself. t = tan θ takes in the far tails, where the bet wins most.</summary>
    private static double Mean(int n, Func<double, double> worth)
    {
        const int Steps = 2_000_000;
        var (sum, weight) = (0.0, 0.0);
        for (var i = 0; i < Steps; i++)
        {
            var angle = Math.PI * (((i + 0.5) / Steps) - 0.5);
            var t = Math.Tan(angle);
            var density = Math.Pow(1 + (t * t / (n - 1)), -n / 2.0) * (1 + (t * t));
            weight += density;
            sum += density * worth(t);
        }

        return sum / weight;
    }
}
