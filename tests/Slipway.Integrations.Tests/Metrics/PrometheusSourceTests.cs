using System.Collections.Immutable;
using System.Globalization;
using Slipway.Core.Analysis;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Core.Traffic;
using Slipway.Engine.Ports;
using Slipway.Integrations.Metrics;
using Slipway.Integrations.Metrics.Prometheus;

namespace Slipway.Integrations.Tests.Metrics;

[Collection(ScrapedShopCollection.Name)]
public sealed class PrometheusSourceTests(ScrapedShop shop) : IDisposable
{
    private const string All = "http_requests_total{version=\"{{version}}\"}";
    private const string Errors = "http_requests_total{version=\"{{version}}\",code=~\"5..\"}";

    private readonly SourceHttp _http = new(TimeProvider.System);
    private readonly string _version = Guid.NewGuid().ToString("N");

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task ARestartInTheWindowIsCountedFromNothing()
    {
        await shop.ServeAsync(_version, "200", 50);
        var from = await shop.ScrapedAsync();
        await shop.ServeAsync(_version, "200", 10);
        await shop.ScrapedAsync();
        await shop.RestartAsync();
        await shop.ServeAsync(_version, "200", 7);
        var to = await shop.ScrapedAsync();

        Assert.Equal(new Measurement.Counts(17, 0), await CountsAsync(from, to, All, All.Replace("total{", "total{code!~\".*\",", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task WindowsThatFollowEachOtherCountEveryRequestOnce()
    {
        await shop.ServeAsync(_version, "200", 1);
        var from = await shop.ScrapedAsync();
        for (var i = 0; i < 5; i++)
            await shop.ServeAsync(_version, i == 2 ? "503" : "200", 20);
        var to = await shop.ScrapedAsync();
        var cuts = Enumerable.Range(0, 8).Select(i => from + ((to - from) * i / 7)).ToArray();
        var (total, errors) = (0.0, 0.0);
        for (var i = 1; i < cuts.Length; i++)
        {
            // A window shorter than the time between two scrapes may hold none.
            if (await CountsAsync(cuts[i - 1], cuts[i], All, Errors) is Measurement.Counts counts)
                (total, errors) = (total + counts.Exposure, errors + counts.Count);
        }

        Assert.Equal((100, 20), (total, errors));
    }

    [Fact]
    public async Task AMisspeltLabelIsNotAServiceWithoutErrors()
    {
        var (from, to) = await ServedAsync();

        var measured = Assert.IsType<Measurement.Nothing>(await CountsAsync(from, to, All, "http_requests_total{version=\"{{version}}\",cod=~\"5..\"}"));
        Assert.Contains("label 'cod'", measured.Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ServiceWithoutErrorsHasNone()
    {
        var (from, to) = await ServedAsync();

        Assert.Equal(new Measurement.Counts(5, 0), await CountsAsync(from, to, All, Errors));
    }

    [Fact]
    public async Task CountsAreKeptApartByALabelTheLargestFirst()
    {
        await shop.ServeAsync(_version, "200", 1);
        var from = await shop.ScrapedAsync();
        await shop.ServeAsync(_version, "503", 2);
        await shop.ServeAsync(_version, "200", 5);
        var to = await shop.ScrapedAsync();

        var measured = Assert.IsType<Measurement.Counts>(await AskAsync(MetricShape.Counts, from, to, TimeProvider.System, ("total", All), ("count", Errors), ("stratum", "code")));
        var unknown = Assert.IsType<Measurement.Counts>(await AskAsync(MetricShape.Counts, from, to, TimeProvider.System, ("total", All), ("count", Errors), ("stratum", "handler")));
        var expression = Assert.IsType<Measurement.Failed>(await AskAsync(MetricShape.Counts, from, to, TimeProvider.System, ("total", $"sum({All})"), ("count", "vector(0)"), ("stratum", "code")));
        var value = Assert.IsType<Measurement.Failed>(await AskAsync(MetricShape.Value, from, to, TimeProvider.System, ("value", "vector(0)"), ("stratum", "code")));

        Assert.Equal((7, 2), (measured.Exposure, measured.Count));
        Assert.Equal([new CountedPart("code/200", 5, 0), new CountedPart("code/503", 2, 2)], measured.Parts);
        Assert.Empty(unknown.Parts);
        Assert.Contains("plain selectors", expression.Why, StringComparison.Ordinal);
        Assert.Contains("'stratum' is known of", value.Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatTheServerSaysOfABadQueryIsRepeated()
    {
        var (from, to) = await ServedAsync();

        var measured = Assert.IsType<Measurement.Failed>(await ValueAsync(from, to, "sum(http_requests_total"));
        Assert.Contains("unclosed left parenthesis", measured.Why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http_requests_total{version=\"{{version}}\"}", "2 series")]
    [InlineData("\"text\"", "gives a string")]
    [InlineData("http_requests_total{version=\"{{version}}\",code=\"200\"}[1m]", "samples over time")]
    public async Task WhatIsNotOneNumberSaysWhatItIs(string expression, string said)
    {
        await shop.ServeAsync(_version, "418", 1);
        var (from, to) = await ServedAsync();

        var measured = Assert.IsType<Measurement.Failed>(await ValueAsync(from, to, expression));
        Assert.Contains(said, measured.Why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1 / vector(0)", "∞")]
    [InlineData("vector(0) / 0", "NaN")]
    public async Task WhatIsNoNumberIsNothing(string expression, string said)
    {
        var (from, to) = await ServedAsync();

        Assert.Contains(said.Replace("∞", double.PositiveInfinity.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal), Assert.IsType<Measurement.Nothing>(await ValueAsync(from, to, expression)).Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnExpressionIsTheServersToWorkOut()
    {
        var (from, to) = await ServedAsync();

        Assert.Equal(new Measurement.Value(12), await ValueAsync(from, to, $"2 * sum({All})"));
    }

    [Fact]
    public async Task LatenciesOfAClassicHistogramLieInTheBucketsTheyCameFrom()
    {
        await shop.ServeAsync(_version, "200", 3, 5);
        var from = await shop.ScrapedAsync();
        await shop.ServeAsync(_version, "200", 64, 0.3);
        await shop.ServeAsync(_version, "200", 2, 9);
        var to = await shop.ScrapedAsync();

        var histogram = await LatenciesAsync(from, to, "http_seconds_bucket{version=\"{{version}}\"}");
        Assert.Equal(66, histogram.Total);
        Assert.Equal(64, Between(histogram, 0.2, 0.4));
        Assert.All(Enumerable.Range(LatencyHistogram.IndexOf(0.201) + 1, 31), i => Assert.InRange(At(histogram, i), 1, 3));
        Assert.Equal(2, At(histogram, LatencyHistogram.IndexOf(0.8) + 1));
        var summed = await LatenciesAsync(from, to, "sum by (le) (http_seconds_bucket{version=\"{{version}}\"})");
        Assert.Equal(69, summed.Total);
    }

    [Fact]
    public async Task LatenciesOfANativeHistogramAreExact()
    {
        shop.Native[-16] = 5;
        var from = await shop.ScrapedAsync();
        shop.Native[-16] = 12;
        shop.Native[-3] = 4;
        var to = await shop.ScrapedAsync();

        var histogram = await LatenciesAsync(from, to, "http_native_seconds");
        Assert.Equal((11, 7, 4), (histogram.Total, Between(histogram, Math.Pow(2, -2), Math.Pow(2, -15 / 8.0)), Between(histogram, Math.Pow(2, -3 / 8.0), Math.Pow(2, -2 / 8.0))));
    }

    [Fact]
    public async Task NothingScrapedSaysHowOldTheNewestIs()
    {
        var (_, to) = await ServedAsync();

        var measured = Assert.IsType<Measurement.Nothing>(await CountsAsync(to + TimeSpan.FromMinutes(2), to + TimeSpan.FromMinutes(3), All, Errors, new OffTime(TimeSpan.FromMinutes(4))));
        Assert.Contains("before the window's end", measured.Why, StringComparison.Ordinal);
    }

    /// <summary>Five requests in the window, and one before.</summary>
    private async Task<(DateTimeOffset From, DateTimeOffset To)> ServedAsync()
    {
        await shop.ServeAsync(_version, "200", 1);
        var from = await shop.ScrapedAsync();
        await shop.ServeAsync(_version, "200", 5);
        return (from, await shop.ScrapedAsync());
    }

    private static long At(LatencyHistogram histogram, int index) => index - histogram.Offset is var i && i >= 0 && i < histogram.Counts.Length ? histogram.Counts[i] : 0;

    private static long Between(LatencyHistogram histogram, double above, double upTo) =>
        Enumerable.Range(LatencyHistogram.IndexOf(above * 1.0001), LatencyHistogram.IndexOf(upTo) - LatencyHistogram.IndexOf(above * 1.0001) + 1).Sum(i => At(histogram, i));

    private async Task<LatencyHistogram> LatenciesAsync(DateTimeOffset from, DateTimeOffset to, string histogram) =>
        Assert.IsType<Measurement.Latencies>(await AskAsync(MetricShape.Latencies, from, to, TimeProvider.System, ("histogram", histogram))).Histogram;

    private Task<Measurement> ValueAsync(DateTimeOffset from, DateTimeOffset to, string value) => AskAsync(MetricShape.Value, from, to, TimeProvider.System, ("value", value));

    private Task<Measurement> CountsAsync(DateTimeOffset from, DateTimeOffset to, string total, string count, TimeProvider? time = null) =>
        AskAsync(MetricShape.Counts, from, to, time ?? TimeProvider.System, ("total", total), ("count", count));

    private Task<Measurement> AskAsync(MetricShape shape, DateTimeOffset from, DateTimeOffset to, TimeProvider time, params (string Role, string Text)[] ask)
    {
        PrometheusSource source = new(_http, _ => null, time);
        MetricRequest request = new(
            new MetricSourceSpec("prom", "prometheus", ImmutableSortedDictionary<string, string>.Empty.Add("url", shop.Address).Add("delay", "0s")),
            new MetricQuery("prom", shape, ask.ToImmutableSortedDictionary(a => a.Role, a => a.Text)),
            new MetricSubject(new EnvironmentKey(new ProjectId("shop"), new EnvironmentName("production")), new CandidateId(_version), InstanceRole.Serving), true, from, to);
        return source.MeasureAsync(request, CancellationToken.None);
    }
}
