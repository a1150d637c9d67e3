using CsCheck;
using Slipway.Core.Analysis.Judges;

namespace Slipway.Core.Tests.Analysis.Judges;

public class OtherMethodTests
{
    [Fact]
    public void GammaFollowsItsRecurrence()
    {
        Assert.Equal(0, GammaFunction.Log(1), 1e-14);
        Assert.Equal(Math.Log(Math.PI) / 2, GammaFunction.Log(0.5), 1e-14);
        Gen.Double[1e-3, 1e4].Sample(x => Math.Abs(GammaFunction.Log(x + 1) - GammaFunction.Log(x) - Math.Log(x)) < 1e-10);
    }

    [Fact]
    public void NormalQuantilesAndSharesAreInverse()
    {
        Assert.Equal(-2.3263478740408408, NormalDistribution.Quantile(0.01), 1e-14);
        Assert.Equal(0.022750131948179209, NormalDistribution.Above(2), 1e-15);
        Gen.Double[1e-12, 0.5].Sample(p => Math.Abs((NormalDistribution.Above(-NormalDistribution.Quantile(p)) / p) - 1) < 1e-10);
    }

    [Fact]
    public void TheBetaBinomialBetIsFair()
    {
        foreach (var (share, concentration) in new[] { (0.5, 1.0), (0.1, 100.0), (0.01, 5.0) })
        {
            var expected = 0.0;
            for (var candidate = 0; candidate <= 12; candidate++)
            {
                var log = GammaFunction.Log(13) - GammaFunction.Log(candidate + 1) - GammaFunction.Log(13 - candidate)
                    + (candidate * Math.Log(share)) + ((12 - candidate) * Math.Log(1 - share));
                expected += Math.Exp(log + OtherMethods.LogBetaBinomial(candidate, 12 - candidate, share, concentration));
            }

            Assert.Equal(1, expected, 1e-12);
        }
    }

    [Fact]
    public void TheStudentBetSaysNothingOfWhatItCannotKnow()
    {
        Assert.Equal(0, StudentTest.LogEvidence(5, 0, 10));
        Assert.Equal(0, StudentTest.LogEvidence(5, 1, 1));
        Assert.True(StudentTest.LogEvidence(0, 1, 50) < 0);
        Assert.True(StudentTest.LogEvidence(2, 1, 50) > Math.Log(1e6));
    }
}
