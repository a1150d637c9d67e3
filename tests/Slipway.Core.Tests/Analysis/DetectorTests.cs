using CsCheck;
using Slipway.Core.Analysis;

namespace Slipway.Core.Tests.Analysis;

public class DetectorTests
{
    private static readonly Gen<Window> GenWindow = Gen.Select(GenCount(), GenCount(), Gen.Double[0, 1], Gen.Double[0, 1], Gen.Int[0, 3]).Select((nc, nb, c, b, kind) =>
        kind switch
        {
            0 => new Window(nc, 0, nb, 0),
            1 => new Window(nc, nc, nb, nb),
            2 => new Window(nc, nc, nb, 0),
            _ => new Window(nc, Math.Floor(c * nc), nb, Math.Floor(b * nb)),
        });

    [Fact]
    public void NoCountsMakeEvidenceThatIsNotANumber() =>
        Gen.Select(GenWindow.Array[1, 30], Gen.Double[0.3, 10], Gen.OneOf(Gen.Const(0.0), Gen.Double[0, 0.999]), Gen.Int[0, 100_000]).Sample((windows, ratio, absolute, gap) =>
        {
            var rate = new RateDetector(RateKind.Bernoulli, ratio, absolute);
            var count = new RateDetector(RateKind.Count, ratio, 0);
            var safe = new SafeDetector(ratio, absolute);
            for (var i = 0; i < windows.Length; i++)
            {
                var at = TimeSpan.FromSeconds((double)i * gap);
                rate.Update(at, windows[i]);
                count.Update(at, windows[i]);
                safe.Update(at, windows[i]);
            }

            return double.IsFinite(rate.LogEvidence) && double.IsFinite(count.LogEvidence) && double.IsFinite(safe.LogEvidence);
        });

    [Fact]
    public void NoHistogramMakesEvidenceThatIsNotANumber() =>
        Gen.Select(GenHistogram(), GenHistogram().Array[1, 20], GenHistogram().Array[1, 20]).Sample((frozen, candidate, baseline) =>
        {
            var detector = new LatencyDetector(frozen, moved: true);
            for (var i = 0; i < candidate.Length; i++)
            {
                detector.Update(TimeSpan.FromDays(i), candidate[i], baseline[i % baseline.Length]);
            }

            return double.IsFinite(detector.LogEvidence);
        });

    [Fact]
    public void YearsWithoutAnyErrorAreNoEvidenceOfADefect()
    {
        var rate = new RateDetector(RateKind.Bernoulli, 1.1, 0);
        var safe = new SafeDetector(1.5, 0.002);
        for (var hour = 1; hour < 20_000; hour++)
        {
            rate.Update(TimeSpan.FromHours(hour), new(36_000, 0, 324_000, 0));
            safe.Update(TimeSpan.FromHours(hour), new(36_000, 0, 324_000, 0));
        }

        Assert.InRange(rate.LogEvidence, -100, 0);
        Assert.True(safe.LogEvidence > Math.Log(1e9));
    }

    [Fact]
    public void ACandidateThatAlwaysFailsIsNeverSafe()
    {
        var safe = new SafeDetector(10, 0.25);
        for (var second = 1; second <= 1000; second++)
        {
            safe.Update(TimeSpan.FromSeconds(second), new(10, 10, 90, 0));
            Assert.True(safe.LogEvidence <= 0);
        }
    }

    [Fact]
    public void EmptyTicksChangeNothing() =>
        Gen.Select(GenSmall().Array[1, 20], Gen.Bool.Array[20]).Sample((windows, gaps) =>
        {
            var (rate, rateWithGaps) = (new RateDetector(RateKind.Bernoulli, 1.1, 0.001), new RateDetector(RateKind.Bernoulli, 1.1, 0.001));
            var (safe, safeWithGaps) = (new SafeDetector(1.5, 0.002), new SafeDetector(1.5, 0.002));
            for (var i = 0; i < windows.Length; i++)
            {
                var at = TimeSpan.FromSeconds(10 * i);
                rate.Update(at, windows[i]);
                safe.Update(at, windows[i]);
                rateWithGaps.Update(at, windows[i]);
                safeWithGaps.Update(at, windows[i]);
                if (gaps[i])
                {
                    rateWithGaps.Update(at + TimeSpan.FromSeconds(5), default);
                    safeWithGaps.Update(at + TimeSpan.FromSeconds(5), default);
                }
            }

            return rate.LogEvidence == rateWithGaps.LogEvidence && safe.LogEvidence == safeWithGaps.LogEvidence;
        });

    [Fact]
    public void EveryTiltRisesAndIsFairUnderTheBaseline() => GenHistogram().Sample(frozen =>
    {
        var total = frozen.Sum(count => (double)count) + 0.5;
        return Tilts.Of(frozen, moved: true).All(tilt =>
            tilt.Zip(tilt.Skip(1)).All(pair => pair.First <= pair.Second)
            && tilt.Zip(frozen, (r, count) => r * (count + (0.5 / frozen.Length)) / total).Sum() is > 1 - 1e-9 and < 1 + 1e-5);
    });

    [Fact]
    public void ASlowDownByAConstantFactorIsSeenSoonerByItsOwnTilt()
    {
        long[] frozen = [10, 100, 1000, 4000, 6000, 4000, 1000, 300, 100, 50, 20, 10];
        long[] slower = [0, 1, 10, 40, 60, 40, 10, 3, 1, 0, 0, 0], usual = [0, 9, 90, 360, 540, 360, 90, 27, 9, 5, 2, 1];
        slower = [0, .. slower[..^1]];
        var (fourteen, eighteen) = (new LatencyDetector(frozen), new LatencyDetector(frozen, moved: true));
        fourteen.Update(TimeSpan.FromSeconds(1), slower, usual);
        eighteen.Update(TimeSpan.FromSeconds(1), slower, usual);
        Assert.True(eighteen.LogEvidence > fourteen.LogEvidence + 1);
    }

    /// <summary>What waits for the other side has been seen by whoever measures the noise: only what was known before it may temper it.</summary>
    [Fact]
    public void WhatWaitsForTheOtherSideIsTemperedByWhatWasKnownBeforeIt()
    {
        (RateDetector rate, SafeDetector safe, LatencyDetector latency) = (Rate(), new(1.5, 0.002), new([100, 300, 80, 20]));
        (RateDetector rate, SafeDetector safe, LatencyDetector latency) waited = (Rate(), new(1.5, 0.002), new([100, 300, 80, 20]));
        rate.Update(TimeSpan.FromSeconds(3), new(10, 4, 90, 9), 0.5);
        safe.Update(TimeSpan.FromSeconds(3), new(10, 4, 90, 9), 0.5);
        latency.Update(TimeSpan.FromSeconds(3), [0, 1, 2, 3], [5, 15, 4, 1], 0.5);
        foreach (var (second, temper) in new[] { (1, 0.5), (2, 0.25) })
        {
            waited.rate.Update(TimeSpan.FromSeconds(second), new(0, 0, 30, 3), temper);
            waited.safe.Update(TimeSpan.FromSeconds(second), new(0, 0, 30, 3), temper);
            waited.latency.Update(TimeSpan.FromSeconds(second), [0, 0, 0, 0], [2, 5, 2, 0], temper);
        }

        var restored = (Again(waited.rate.Sync, Rate()), Again(waited.safe.Sync, new SafeDetector(1.5, 0.002)), Again(waited.latency.Sync, new LatencyDetector([100, 300, 80, 20])));
        foreach (var (r, s, l) in new[] { waited, restored })
        {
            r.Update(TimeSpan.FromSeconds(3), new(10, 4, 30, 3), 0.1);
            s.Update(TimeSpan.FromSeconds(3), new(10, 4, 30, 3), 0.1);
            l.Update(TimeSpan.FromSeconds(3), [0, 1, 2, 3], [1, 5, 0, 1], 0.1);
            Assert.Equal((rate.LogEvidence, safe.LogEvidence, latency.LogEvidence), (r.LogEvidence, s.LogEvidence, l.LogEvidence));
        }

        static RateDetector Rate() => new(RateKind.Bernoulli, 1.1, 0);
    }

    [Fact]
    public void LatencyOfOneSideWaitsForTheOther()
    {
        long[] frozen = [100, 300, 80, 20];
        var (together, apart) = (new LatencyDetector(frozen), new LatencyDetector(frozen));
        together.Update(TimeSpan.FromSeconds(2), [0, 1, 2, 3], [5, 15, 4, 1]);
        apart.Update(TimeSpan.FromSeconds(1), [0, 1, 2, 3], [0, 0, 0, 0]);
        Assert.Equal(0, apart.LogEvidence);
        apart.Update(TimeSpan.FromSeconds(2), [0, 0, 0, 0], [5, 15, 4, 1]);
        Assert.Equal(together.LogEvidence, apart.LogEvidence);
    }

    [Fact]
    public void ImpossibleCountsAreRefused()
    {
        var detector = new RateDetector(RateKind.Bernoulli, 1, 0);
        Assert.Throws<ArgumentOutOfRangeException>(() => detector.Update(TimeSpan.Zero, new(-1, 0, 1, 0)));
        Assert.Throws<ArgumentOutOfRangeException>(() => detector.Update(TimeSpan.Zero, new(1, double.NaN, 1, 0)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SafeDetector(0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RateDetector(RateKind.Bernoulli, 1, 1));
    }

    [Fact]
    public void UpdatesAllocateNothing()
    {
        var rate = new RateDetector(RateKind.Bernoulli, 1.1, 0);
        var safe = new SafeDetector(1.5, 0.002);
        var latency = new LatencyDetector([100, 300, 80, 20], moved: true);
        long[] candidate = [1, 3, 1, 0];
        long[] baseline = [9, 27, 9, 1];
        Run(0, 1000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Run(1000, 11_000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Run(int from, int to)
        {
            for (var second = from; second < to; second++)
            {
                var at = TimeSpan.FromSeconds(second);
                rate.Update(at, new(10, second % 7 == 0 ? 1 : 0, 90, 1));
                safe.Update(at, new(10, 0, 90, 1));
                latency.Update(at, candidate, baseline);
            }
        }
    }

    private static Gen<double> GenCount() => Gen.OneOf(Gen.Int[0, 20].Select(n => (double)n), Gen.Double[0, 1e15].Select(Math.Floor), Gen.Const((double)long.MaxValue));

    private static Gen<Window> GenSmall() => Gen.Select(Gen.Int[0, 3], Gen.Int[0, 20]).SelectMany((nc, nb) =>
        Gen.Select(Gen.Int[0, nc], Gen.Int[0, nb]).Select((xc, xb) => new Window(nc, xc, nb, xb)));

    private static Gen<long[]> GenHistogram() => Gen.OneOf(Gen.Const(0L), Gen.Long[0, 20], Gen.Long[0, 1L << 50]).Array[12];

    private static RateDetector Again(Action<Snapshot> save, RateDetector fresh) => Again(save, fresh, fresh.Sync);

    private static SafeDetector Again(Action<Snapshot> save, SafeDetector fresh) => Again(save, fresh, fresh.Sync);

    private static LatencyDetector Again(Action<Snapshot> save, LatencyDetector fresh) => Again(save, fresh, fresh.Sync);

    private static T Again<T>(Action<Snapshot> save, T fresh, Action<Snapshot> restore)
    {
        Snapshot saved = new();
        save(saved);
        restore(new Snapshot(saved.Written.ToArray()));
        return fresh;
    }
}
