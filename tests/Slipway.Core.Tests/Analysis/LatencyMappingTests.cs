using CsCheck;
using Slipway.Core.Analysis;
using Slipway.Core.Traffic;

namespace Slipway.Core.Tests.Analysis;

public class LatencyMappingTests
{
    [Fact]
    public void PlainBucketsAreFourFineOnes()
    {
        for (var fine = LatencyHistogram.MinIndex; fine <= LatencyHistogram.MaxIndex; fine++)
        {
            Assert.Equal((fine - LatencyHistogram.MinIndex) >> 2, LatencyMapping.Plain.Of(fine));
        }
    }

    [Fact]
    public void TheFailedBucketIsAboveTheSlowest() =>
        Assert.True(LatencyMapping.Plain.Of(int.MaxValue) < LatencyMapping.Failed);

    [Fact]
    public void ACandidateIsNeverShownSlowerThanItIs() =>
        Gen.Select(Gen.Double[-14, 7], Gen.Double[0, 2], Gen.Double[0, 50]).Sample((exponent, tolerance, floorMs) =>
        {
            var seconds = Math.Pow(2, exponent);
            var floor = TimeSpan.FromMilliseconds(floorMs);
            var allowed = (seconds / (1 + tolerance)) - floor.TotalSeconds;
            return new LatencyMapping(tolerance, floor).Of(LatencyHistogram.IndexOf(seconds)) <= LatencyMapping.Plain.Of(LatencyHistogram.IndexOf(allowed));
        });

    [Fact]
    public void TheMarginIsAtMostOneFineBucketWiderThanAskedFor() =>
        Gen.Select(Gen.Double[-10, 5], Gen.Double[0, 2]).Sample((exponent, tolerance) =>
        {
            var seconds = Math.Pow(2, exponent);
            var shown = new LatencyMapping(tolerance, TimeSpan.Zero).Of(LatencyHistogram.IndexOf(seconds));
            return shown >= LatencyMapping.Plain.Of(LatencyHistogram.IndexOf(seconds / (1 + tolerance) / Math.Pow(2, 1 / 32.0) * (1 - 1e-9)));
        });

    [Fact]
    public void ServerErrorsLeaveTheSlowEndOfTheCandidateAndTheQuickEndOfTheBaseline()
    {
        var quick = LatencyHistogram.IndexOf(0.010);
        var slow = LatencyHistogram.IndexOf(1.0);
        var counts = new long[slow - quick + 1];
        (counts[0], counts[^1]) = (5, 5);
        var side = new SideTick(12, 12, 3, 2, 0, new(quick, [.. counts]));

        var candidate = new long[LatencyMapping.Buckets];
        LatencyMapping.Plain.AddTo(candidate, side, moveSlowest: true);
        Assert.Equal([5, 2, 5], [candidate[LatencyMapping.Plain.Of(quick)], candidate[LatencyMapping.Plain.Of(slow)], candidate[LatencyMapping.Failed]]);

        var baseline = new long[LatencyMapping.Buckets];
        LatencyMapping.Plain.AddTo(baseline, side, moveSlowest: false);
        Assert.Equal([2, 5, 5], [baseline[LatencyMapping.Plain.Of(quick)], baseline[LatencyMapping.Plain.Of(slow)], baseline[LatencyMapping.Failed]]);
    }

    [Fact]
    public void EveryRequestIsCountedOnce() =>
        Gen.Select(Gen.Long[0, 50].Array[1, 200], Gen.Int[-600, 250], Gen.Long[0, 300], Gen.Long[0, 20], Gen.Bool).Sample((counts, offset, errors, lost, slowest) =>
        {
            var answered = counts.Sum();
            var coarse = new long[LatencyMapping.Buckets];
            LatencyMapping.Plain.AddTo(coarse, new(0, answered + lost, Math.Min(errors, answered), lost, 0, new(offset, [.. counts])), slowest);
            return coarse.Sum() == answered + lost && coarse[LatencyMapping.Failed] == Math.Min(errors, answered) + lost && coarse.All(n => n >= 0);
        });
}
