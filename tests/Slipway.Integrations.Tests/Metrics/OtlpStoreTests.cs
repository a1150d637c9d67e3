using System.Collections.Immutable;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Slipway.Core.Analysis;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Core.Traffic;
using Slipway.Engine.Ports;
using Slipway.Integrations.Metrics.Otlp;
using Slipway.Integrations.Metrics.Otlp.Wire;

namespace Slipway.Integrations.Tests.Metrics;

public sealed class OtlpStoreTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero));
    private readonly DateTimeOffset _start;
    private readonly OtlpStore _store;

    public OtlpStoreTests()
    {
        _start = _time.GetUtcNow();
        _store = new OtlpStore(_time) { Listening = "http://127.0.0.1:4318" };
    }

    private DateTimeOffset Now => _time.GetUtcNow();

    [Fact]
    public void TotalsAndAdditionsComeToTheSameWhereverTheyAreCut() =>
        Gen.Select(Gen.Select(Gen.Int[0, 50], Gen.Int[1, 9]).List[1, 12], Gen.Int[1, 100].List[0, 6], Gen.Bool).Sample((steps, cuts, totals) =>
        {
            OtlpStoreTests world = new();
            var whole = 0;
            foreach (var (added, seconds) in steps)
            {
                var before = world.Now;
                world.After(seconds);
                whole += added;
                world.Export(totals ? OtlpExports.Total("n", world._start, world.Now, whole) : OtlpExports.Added("n", before, world.Now, added));
            }

            var length = (int)(world.Now - world._start).TotalSeconds;
            int[] bounds = [0, .. cuts.Where(c => c < length).Distinct().Order(), length];
            var sum = bounds.Zip(bounds.Skip(1), (from, to) => world.Ask(world._start.AddSeconds(from), world._start.AddSeconds(to), "n") is Measurement.Counts counts ? counts.Exposure : 0).Sum();
            Assert.Equal(whole, sum);
        }, iter: 200);

    [Fact]
    public void ATotalThatBeginsAnewWasAddedToFromNothing()
    {
        Export(OtlpExports.Total("n", _start, Now, 10));
        After(10);
        var restarted = Now;
        After(5);
        Export(OtlpExports.Total("n", restarted, Now, 12));

        Assert.Equal(new Measurement.Counts(12, 12), Ask(_start, Now, "n"));
    }

    [Fact]
    public void ATotalThatHoldsLessBeganAnewWhateverItsStart()
    {
        Export(OtlpExports.Total("n", _start, Now, 10));
        After(15);
        Export(OtlpExports.Total("n", _start, Now, 4));

        Assert.Equal(new Measurement.Counts(4, 4), Ask(_start, Now, "n"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ARepeatedExportIsCountedOnce(bool totals)
    {
        Export(OtlpExports.Total("n", _start, Now, 0));
        After(10);
        var export = totals ? OtlpExports.Total("n", _start, Now, 10) : OtlpExports.Added("n", _start, Now, 10);
        Export(export);
        After(1);
        Export(export);

        Assert.Equal(new Measurement.Counts(10, 10), Ask(_start, Now, "n"));
    }

    [Fact]
    public void PointsOutOfOrderAreCountedOnce()
    {
        Export(OtlpExports.Total("n", _start, Now, 0));
        After(20);
        Export(OtlpExports.Total("n", _start, Now, 30));
        Export(OtlpExports.Total("n", _start, Now.AddSeconds(-10), 10));

        Assert.Equal(new Measurement.Counts(30, 30), Ask(_start, Now, "n"));
    }

    [Fact]
    public void WhatComesTooLateForAWindowCountsInTheNextAndTheAnswerStays()
    {
        After(10);
        Export(OtlpExports.Added("n", _start, Now, 10));
        var cut = Now;
        var first = Ask(_start, cut, "n");
        After(5);
        Export(OtlpExports.Added("n", _start, cut.AddSeconds(-3), 7));

        Assert.Equal(first, Ask(_start, cut, "n"));
        Assert.Equal(new Measurement.Counts(7, 7), Ask(cut, Now, "n"));
    }

    [Fact]
    public void OfAnAppThatCountedBeforeAnybodyListenedOnlyWhatItAddsIsCounted()
    {
        Export(OtlpExports.Total("n", _start.AddHours(-1), Now, 1_000_000));
        After(10);
        Export(OtlpExports.Total("n", _start.AddHours(-1), Now, 1_000_002));

        Assert.Equal(new Measurement.Counts(2, 2), Ask(_start.AddSeconds(-1), Now, "n"));
    }

    [Fact]
    public void TheFirstErrorOfAnAppThatWasHeardBeforeIsCounted()
    {
        Export(OtlpExports.Total("n", _start.AddHours(-1), Now, 100, "ok"));
        After(10);
        Export(OtlpExports.Total("n", _start.AddHours(-1), Now, 101, "ok"), OtlpExports.Total("n", _start.AddHours(-1), Now, 1, "failed"));

        Assert.Equal(new Measurement.Counts(2, 1), Ask(_start, Now, "n", "n{outcome=\"failed\"}"));
    }

    [Fact]
    public void TwoProcessesAsOneAreToldApartByNobody()
    {
        Export(OtlpExports.Total("n", _start, Now, 10));
        After(1);
        Export(OtlpExports.Total("n", _start.AddSeconds(1), Now, 500));
        After(1);
        Export(OtlpExports.Total("n", _start, Now, 11));

        Assert.Contains("service.instance.id", Assert.IsType<Measurement.Failed>(Ask(_start, Now, "n")).Why, StringComparison.Ordinal);
    }

    [Fact]
    public void TwoInstancesAreAddedUpAndTheirGaugesAveraged()
    {
        After(10);
        _store.Take(OtlpExports.By("1.1.0", "a", OtlpExports.Added("n", _start, Now, 10), OtlpExports.Gauge("g", Now, 1)));
        _store.Take(OtlpExports.By("1.1.0", "b", OtlpExports.Added("n", _start, Now, 5), OtlpExports.Gauge("g", Now, 4)));

        Assert.Equal(new Measurement.Counts(15, 15), Ask(_start, Now, "n"));
        Assert.Equal(new Measurement.Value(2.5), Value(Now, "g"));
    }

    [Fact]
    public void AGaugeThatIsOldIsNothing()
    {
        Export(OtlpExports.Gauge("g", Now, 1));
        After(121);

        Assert.IsType<Measurement.Nothing>(Value(Now, "g"));
    }

    [Theory]
    [InlineData("shop.orderz", "there are n")]
    [InlineData("n{outcum=\"failed\"}", "attribute 'outcum'")]
    public void AMisspeltNameIsNotAServiceWithoutErrors(string count, string said)
    {
        After(10);
        Export(OtlpExports.Added("n", _start, Now, 10, "ok"));

        Assert.Contains(said, Assert.IsType<Measurement.Nothing>(Ask(_start, Now, "n", count)).Why, StringComparison.Ordinal);
    }

    [Fact]
    public void WhoElseExportsIsNamed()
    {
        After(10);
        _store.Take(OtlpExports.By("0.9.0", OtlpExports.Added("n", _start, Now, 10)));

        var why = Assert.IsType<Measurement.Nothing>(Ask(_start, Now, "n")).Why;
        Assert.Contains("service.version=\"1.1.0\"", why, StringComparison.Ordinal);
        Assert.Contains("service.version=\"0.9.0\"", why, StringComparison.Ordinal);
    }

    [Fact]
    public void SeriesWithoutEndAreTurnedAwayInWords()
    {
        Metric many = new() { Name = "n", Sum = new Sum { IsMonotonic = true, AggregationTemporality = AggregationTemporality.Delta } };
        for (var i = 0; i < OtlpStore.MostSeries + 5; i++)
        {
            var point = OtlpExports.Added("n", _start, Now, 1).Sum.DataPoints[0];
            point.Attributes.Add(OtlpExports.Attribute("user", i.ToString(System.Globalization.CultureInfo.InvariantCulture)));
            many.Sum.DataPoints.Add(point);
        }

        var answer = _store.Take(OtlpExports.By("1.1.0", many));

        Assert.Equal(5, answer.PartialSuccess.RejectedDataPoints);
        Assert.Contains("fewer attributes", answer.PartialSuccess.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public void ProcessesWithoutEndAreTurnedAwayInWordsUntilOthersHaveGone()
    {
        for (var i = 0; i < OtlpStore.MostResources; i++)
            Assert.Null(Export(i).PartialSuccess);

        Assert.Null(Export(7).PartialSuccess);
        var answer = Export(OtlpStore.MostResources);
        Assert.Equal(2, answer.PartialSuccess.RejectedDataPoints);
        Assert.Contains("5000 processes already", answer.PartialSuccess.ErrorMessage, StringComparison.Ordinal);

        After(1000);
        Assert.Null(Export(OtlpStore.MostResources).PartialSuccess);

        ExportMetricsServiceResponse Export(int instance) => _store.Take(OtlpExports.By("1.1.0", $"{instance}", OtlpExports.Gauge("n", Now, 1), OtlpExports.Gauge("m", Now, 1)));
    }

    [Fact]
    public void ProcessesWithNothingToSayTakeNoRoom()
    {
        for (var i = 0; i <= OtlpStore.MostResources; i++)
            _store.Take(OtlpExports.By("1.1.0", $"{i}"));

        Assert.Null(_store.Take(OtlpExports.By("1.1.0", "last", OtlpExports.Gauge("n", Now, 1))).PartialSuccess);
    }

    [Fact]
    public void AttributesThatAreTooLongAreTurnedAwayInWords()
    {
        string[] told =
        [
            _store.Take(OtlpExports.By("1.1.0", new string('x', OtlpStore.MostText), OtlpExports.Gauge("n", Now, 1))).PartialSuccess.ErrorMessage,
            _store.Take(OtlpExports.By("1.1.0", OtlpExports.Gauge(new string('n', OtlpStore.MostText), Now, 1))).PartialSuccess.ErrorMessage,
        ];

        Assert.All(told, t => Assert.InRange(t.Length, 50, 300));
        Assert.All(told, t => Assert.Contains("characters, more than 16384", t, StringComparison.Ordinal));
    }

    [Fact]
    public void WhoWasSilentForLongIsForgotten()
    {
        Export(OtlpExports.Added("n", _start, Now, 1));
        After(1000);
        _store.Take(OtlpExports.By("2.0.0", OtlpExports.Added("m", Now, Now, 1)));

        Assert.Contains("no metric 'n'", Assert.IsType<Measurement.Nothing>(Ask(_start, Now, "n")).Why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(5, -32)]
    [InlineData(8, -256)]
    [InlineData(20, -1048576)]
    public void ExponentialBucketsFromScale5OnAreExact(int scale, int offset)
    {
        After(10);
        Export(OtlpExports.Exponential("h", "s", _start, Now, scale, offset, 7));

        var histogram = Histogram(_start, Now, "h");
        Assert.Equal((-32, 7), (histogram.Offset, histogram.Total));
    }

    [Theory]
    [InlineData(0, 32)]
    [InlineData(3, 4)]
    public void CoarserOnesAreSpreadEvenlyOverTheFineBucketsThatTheyCover(int scale, int covered)
    {
        After(10);
        Export(OtlpExports.Exponential("h", "s", _start, Now, scale, -1, (ulong)(covered * 10)));

        var histogram = Histogram(_start, Now, "h");
        Assert.Equal((-covered, covered), (histogram.Offset, histogram.Counts.Length));
        Assert.All(histogram.Counts, c => Assert.InRange(c, 9, 11));
    }

    [Fact]
    public void AMetricInMillisecondsIsReadInThem()
    {
        After(10);
        Export(OtlpExports.Exponential("h", "ms", _start, Now, 8, 2106, 100));

        // Bucket 2106 of scale 8 is just below 300 ms.
        Assert.InRange(LatencyHistogram.IndexOf(0.299) - Histogram(_start, Now, "h").Offset, 0, 1);
    }

    [Theory]
    [InlineData("n{outcome=~\"fail.*\"}", 1)]
    [InlineData("n{outcome!=\"ok\"}", 1)]
    [InlineData("n{outcome!~\"fai.+\", service.instance.id=\"1\"}", 9)]
    [InlineData("n{outcome=~\"fail\"}", 0)]
    public void ASelectorChoosesByAttributes(string selector, double count)
    {
        After(10);
        Export(OtlpExports.Added("n", _start, Now, 9, "ok"), OtlpExports.Added("n", _start, Now, 1, "failed"));

        Assert.Equal(new Measurement.Counts(10, count), Ask(_start, Now, "n", selector));
    }

    [Theory]
    [InlineData("n{outcome=failed}")]
    [InlineData("sum(n)")]
    [InlineData("n{outcome=~\"(\"}")]
    public void WhatSelectsNothingIsRefused(string selector) =>
        Assert.Contains("'count'", Assert.IsType<Measurement.Failed>(Ask(_start, Now, "n", selector)).Why, StringComparison.Ordinal);

    private void After(double seconds) => _time.Advance(TimeSpan.FromSeconds(seconds));

    private void Export(params Metric[] metrics) => _store.Take(OtlpExports.By("1.1.0", metrics));

    private Measurement Ask(DateTimeOffset from, DateTimeOffset to, string total, string? count = null) => Ask(MetricShape.Counts, from, to, ("total", total), ("count", count ?? total));

    private Measurement Value(DateTimeOffset at, string value) => Ask(MetricShape.Value, at.AddSeconds(-30), at, ("value", value));

    private LatencyHistogram Histogram(DateTimeOffset from, DateTimeOffset to, string histogram) => Assert.IsType<Measurement.Latencies>(Ask(MetricShape.Latencies, from, to, ("histogram", histogram))).Histogram;

    /// <summary>It never waits for anything.</summary>
    private Measurement Ask(MetricShape shape, DateTimeOffset from, DateTimeOffset to, params (string Role, string Text)[] ask)
    {
        var asking = new OtlpSource(_store, _ => null, _time).MeasureAsync(new MetricRequest(
            new MetricSourceSpec("own", "otlp", ImmutableSortedDictionary<string, string>.Empty.Add("delay", "0s")), new MetricQuery("own", shape, ask.ToImmutableSortedDictionary(a => a.Role, a => a.Text)),
            new MetricSubject(new EnvironmentKey(new ProjectId("shop"), new EnvironmentName("production")), new CandidateId("1.1.0"), InstanceRole.Serving), true, from, to), CancellationToken.None);
        Assert.True(asking.IsCompletedSuccessfully);
        return asking.Result;
    }
}
