using CsCheck;
using Slipway.Core.Traffic;
using Slipway.Integrations.Metrics.Histograms;

namespace Slipway.Integrations.Tests.Metrics;

public sealed class HistogramBuilderTests
{
    private static readonly Gen<(double Above, double UpTo, int Count, ulong Seed)> Bucket =
        Gen.Select(Gen.Double[-14.5, 5], Gen.Double[0.01, 6], Gen.Int[0, 5000], Gen.ULong).Select((above, width, count, seed) => (Math.Pow(2, above), Math.Pow(2, Math.Min(5.9, above + width)), count, seed));

    [Fact]
    public void NoValueIsLostMadeUpOrMovedOutOfItsBucket() => Bucket.Sample(bucket =>
    {
        var histogram = Spread(bucket.Above, bucket.UpTo, bucket.Count, bucket.Seed);
        Assert.Equal(bucket.Count, histogram.Total);
        if (bucket.Count == 0)
            return;
        Assert.True(LatencyHistogram.LowerBound(histogram.Offset + 1) > bucket.Above * (1 - 1e-6));
        Assert.True(LatencyHistogram.LowerBound(histogram.Offset + histogram.Counts.Length - 1) < bucket.UpTo * (1 + 1e-6));
    });

    [Fact]
    public void EveryFineBucketGetsItsShareOfTheLogarithmToOne() => Bucket.Sample(bucket =>
    {
        var histogram = Spread(bucket.Above, bucket.UpTo, bucket.Count, bucket.Seed);
        for (var i = 0; i < histogram.Counts.Length; i++)
        {
            var low = Math.Max(bucket.Above, LatencyHistogram.LowerBound(histogram.Offset + i));
            var high = Math.Min(bucket.UpTo, LatencyHistogram.LowerBound(histogram.Offset + i + 1));
            Assert.InRange(histogram.Counts[i] - (bucket.Count * Math.Log(high / low) / Math.Log(bucket.UpTo / bucket.Above)), -1.001, 1.001);
        }
    });

    [Fact]
    public void TheSameWindowGivesTheSame() => Bucket.Sample(b => Assert.Equal(Spread(b.Above, b.UpTo, b.Count, b.Seed).Counts, Spread(b.Above, b.UpTo, b.Count, b.Seed).Counts));

    [Fact]
    public void ASingleValueLandsEverywhereInItsBucketAsOften()
    {
        var counts = Enumerable.Range(0, 32_000).GroupBy(seed => Spread(1, 2, 1, (ulong)seed).Offset).ToDictionary(g => g.Key, g => g.Count());
        Assert.Equal(32, counts.Count);
        Assert.All(counts.Values, n => Assert.InRange(n, 850, 1150));
    }

    [Fact]
    public void FractionsAreRoundedUpAsOftenAsTheySay() => Assert.InRange(Enumerable.Range(0, 10_000).Sum(seed => Spread(1, 2, 0.25, (ulong)seed).Total), 2350, 2650);

    [Fact]
    public void CoarseningLosesNothingAndNestsEveryBucket() =>
        Gen.Select(Gen.Dictionary(Gen.Int[-200, 200], Gen.Int[1, 100])[1, 20], Gen.Int[0, 6], Gen.Int[0, 6]).Sample((counts, scale, down) =>
        {
            ExponentialBuckets buckets = new(scale, 3, counts.ToDictionary(c => c.Key, c => (double)c.Value));
            var coarse = buckets.Coarsened(scale - down);
            Assert.Equal(buckets.Total, coarse.Total);
            Assert.All(counts.Keys, i => Assert.Contains((int)Math.Floor(i / Math.Pow(2, down)), coarse.Counts.Keys));
        });

    [Fact]
    public void WhatWasAddedAndWhatWasThereMakeWhatIsThere() =>
        Gen.Select(Gen.Dictionary(Gen.Int[-50, 50], Gen.Int[1, 100])[0, 20], Gen.Dictionary(Gen.Int[-50, 50], Gen.Int[1, 100])[0, 20]).Sample((then, more) =>
        {
            ExponentialBuckets earlier = new(3, 0, then.ToDictionary(c => c.Key, c => (double)c.Value));
            ExponentialBuckets added = new(3, 1, more.ToDictionary(c => c.Key, c => (double)c.Value));
            Assert.Equal(added.Counts.OrderBy(c => c.Key), earlier.Plus(added).Since(earlier)!.Counts.OrderBy(c => c.Key));
        });

    private static LatencyHistogram Spread(double above, double upTo, double count, ulong seed)
    {
        HistogramBuilder builder = new(seed);
        builder.Add(above, upTo, count);
        return builder.Build();
    }
}
