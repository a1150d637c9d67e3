using CsCheck;
using Slipway.Core.Analysis;

namespace Slipway.Core.Tests.Analysis;

/// <summary>Evidence is fair when its mean under the null is at most 1: checked by adding up every possible outcome of small windows.</summary>
public class LogEvidenceTests
{
    private const double Rounding = 1e-9;

    private static readonly Gen<(int Nc, int Nb)> GenSizes = Gen.Select(Gen.Int[1, 5], Gen.Int[1, 5]);
    private static readonly Gen<double> GenRate = Gen.OneOf(Gen.Double[0, 1], Gen.Double[0, 0.02], Gen.Const(0.0), Gen.Const(1.0));
    private static readonly Gen<(double Ratio, double Difference)> GenNull =
        Gen.Select(Gen.Double[0.3, 6], Gen.OneOf(Gen.Const(0.0), Gen.Double[0, 0.6]));

    [Fact]
    public void EvidenceOfWorseIsFair() =>
        Gen.Select(GenSizes, GenNull, GenRate, GenRate, GenRate, Gen.OneOf(Gen.Const(1.0), Gen.Double[0, 1])).Sample((n, h, ac, ab, pb, part) =>
        {
            var pc = part * Math.Min(1, (h.Ratio * pb) + h.Difference);
            return MeanOverRequests(n, pc, pb, w => LogEvidence.OfWorse(w, ac, ab, h.Ratio, h.Difference)) <= 1 + Rounding;
        });

    [Fact]
    public void EvidenceOfSafeIsFair() =>
        Gen.Select(GenSizes, GenNull, GenRate, GenRate, GenRate, Gen.OneOf(Gen.Const(0.0), Gen.Double[0, 1])).Sample((n, h, ac, ab, u, part) =>
        {
            var pb = u * Math.Max(0, Math.Min(1, (1 - h.Difference) / h.Ratio));
            var edge = (h.Ratio * pb) + h.Difference;
            var pc = Math.Min(1, edge + (part * (1 - edge)));
            return MeanOverRequests(n, pc, pb, w => LogEvidence.OfSafe(w, ac, ab, h.Ratio, h.Difference)) <= 1 + Rounding;
        });

    [Fact]
    public void EvidenceOfSafeIsFairWhenTheBetIsThatEveryRequestFails() =>
        Assert.True(MeanOverRequests((4, 2), 4 * 0.8693309873953088 * 0.25, 0.8693309873953088 * 0.25, w => LogEvidence.OfSafe(w, 1, 0.2603932908357607, 4, 0)) <= 1 + Rounding);

    [Fact]
    public void EvidenceOfCountsIsFairForRequests() =>
        Gen.Select(GenSizes, Gen.Double[0.3, 6], Gen.Double[1, 50], GenRate, Gen.OneOf(Gen.Const(1.0), Gen.Double[0, 1])).Sample((n, ratio, effect, pb, part) =>
            MeanOverRequests(n, part * Math.Min(1, ratio * pb), pb, w => LogEvidence.OfCounts(w, effect, ratio)) <= 1 + Rounding);

    [Fact]
    public void EvidenceOfCountsIsFairForPoissonCountsOfAnyExposure() =>
        Gen.Select(Gen.Double[0.1, 3], Gen.Double[0.1, 3], Gen.Double[0.3, 3], Gen.Double[1, 10], Gen.Double[0.01, 1]).Sample((nc, nb, ratio, effect, mean) =>
        {
            var total = 0.0;
            for (var xc = 0; xc < 60; xc++)
            {
                for (var xb = 0; xb < 60; xb++)
                {
                    var chance = Poisson(xc, nc * ratio * mean) * Poisson(xb, nb * mean);
                    total += chance * Math.Exp(LogEvidence.OfCounts(new(nc, xc, nb, xb), effect, ratio));
                }
            }

            return total <= 1 + Rounding;
        });

    [Fact]
    public void EvidenceOfLabelsIsFairWhenTheCandidateIsNoSlower() =>
        Gen.Select(Gen.Int[1, 3], Gen.Int[1, 3], Gen.Double[0.01, 1].Array[3], Gen.Double[0.01, 5].Array[3], Gen.Double[0, 1]).Sample((nc, nb, raw, steps, quicker) =>
        {
            double[] f = [.. raw.Select(v => v / raw.Sum())];
            double[] faster = [f[0] + (quicker * f[1]), ((1 - quicker) * f[1]) + (quicker * f[2]), (1 - quicker) * f[2]];
            double[] rising = [steps[0], steps[0] + steps[1], steps[0] + steps[1] + steps[2]];
            return MeanOverLabels(nc, nb, f, f, steps) <= 1 + Rounding && MeanOverLabels(nc, nb, faster, f, rising) <= 1 + Rounding;
        });

    [Fact]
    public void AnAlternativeInsideTheNullBetsNothing() =>
        Gen.Select(GenSizes, GenNull, Gen.Double[0.001, 0.999], Gen.Double[0.001, 0.999], Gen.Int[0, 5], Gen.Int[0, 5]).Sample((n, h, ac, ab, xc, xb) =>
        {
            var seen = new Window(n.Nc, Math.Min(xc, n.Nc), n.Nb, Math.Min(xb, n.Nb));
            return ac <= (h.Ratio * ab) + h.Difference
                ? LogEvidence.OfWorse(seen, ac, ab, h.Ratio, h.Difference) == 0
                : LogEvidence.OfSafe(seen, ac, ab, h.Ratio, h.Difference) == 0;
        });

    [Fact]
    public void OneSideAloneIsNoEvidence()
    {
        Assert.Equal(0, LogEvidence.OfWorse(new(100, 50, 0, 0), 0.5, 0.01, 1, 0));
        Assert.Equal(0, LogEvidence.OfSafe(new(0, 0, 100, 50), 0.01, 0.5, 1, 0));
        Assert.Equal(0, LogEvidence.OfCounts(new(100, 50, 0, 0), 2, 1));
        Assert.Equal(0, LogEvidence.OfLabels([0, 9], [0, 0], [0.5, 2]));
    }

    [Fact]
    public void AMarginOfEverythingShowsNothing() =>
        Assert.Equal(0, LogEvidence.OfSafe(new(1000, 0, 1000, 0), 0.01, 0.01, 1, 1));

    [Fact]
    public void SumsOfLogsTakeNothingAsMinusInfinity()
    {
        Assert.Equal(double.NegativeInfinity, LogSum.Of(double.NegativeInfinity, double.NegativeInfinity));
        Assert.Equal(3, LogSum.Of(3, double.NegativeInfinity));
        Assert.Equal(double.NegativeInfinity, LogSum.Of([]));
        Assert.Equal(1000 + Math.Log(3), LogSum.Of([1000, 1000, 1000]), 12);
    }

    private static double MeanOverRequests((int Nc, int Nb) n, double pc, double pb, Func<Window, double> log)
    {
        var total = 0.0;
        for (var xc = 0; xc <= n.Nc; xc++)
        {
            for (var xb = 0; xb <= n.Nb; xb++)
            {
                total += Binomial(n.Nc, xc, pc) * Binomial(n.Nb, xb, pb) * Math.Exp(log(new(n.Nc, xc, n.Nb, xb)));
            }
        }

        return total;
    }

    private static double MeanOverLabels(int nc, int nb, double[] fc, double[] fb, double[] tilt)
    {
        var total = 0.0;
        foreach (var (hc, chanceC) in Outcomes(nc, fc))
        {
            foreach (var (hb, chanceB) in Outcomes(nb, fb))
            {
                total += chanceC * chanceB * Math.Exp(LogEvidence.OfLabels(hc, hb, tilt));
            }
        }

        return total;
    }

    private static IEnumerable<(long[] Counts, double Chance)> Outcomes(int n, double[] f)
    {
        if (n == 0)
        {
            return [(new long[f.Length], 1.0)];
        }

        return Outcomes(n - 1, f).SelectMany(_ => f, (before, chance) => (before, chance)).Select((pair, i) =>
        {
            long[] counts = [.. pair.before.Counts];
            counts[i % f.Length]++;
            return (counts, pair.before.Chance * pair.chance);
        });
    }

    private static double Binomial(int n, int x, double p)
    {
        var ways = 1.0;
        for (var i = 0; i < x; i++)
        {
            ways = ways * (n - i) / (i + 1);
        }

        return ways * Math.Pow(p, x) * Math.Pow(1 - p, n - x);
    }

    private static double Poisson(int x, double mean) =>
        Math.Exp(-mean) * Enumerable.Range(1, x).Aggregate(1.0, (product, i) => product * mean / i);
}
