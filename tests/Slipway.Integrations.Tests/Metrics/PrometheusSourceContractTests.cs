using Slipway.Core.Analysis;
using Slipway.Integrations.Metrics;
using Slipway.Integrations.Metrics.Prometheus;
using Slipway.Testing.Contracts;
using Slipway.Testing.Servers;

namespace Slipway.Integrations.Tests.Metrics;

[Collection(ScrapedShopCollection.Name)]
public sealed class PrometheusSourceContractTests(ScrapedShop shop) : MetricSourceContract, IDisposable
{
    private readonly StubServer _stub = new();
    private readonly SourceHttp _http = new(TimeProvider.System);

    protected override Measurement Data => new Measurement.Counts(200, 6);

    public void Dispose()
    {
        _http.Dispose();
        _stub.Dispose();
    }

    protected override async Task<Arranged?> ArrangeAsync(SourceWorld world)
    {
        var version = $"{world}.{Guid.NewGuid():N}";
        await shop.ServeAsync(version, "200", 1);
        var from = await shop.ScrapedAsync();
        await shop.ServeAsync(version, "200", 194);
        await shop.ServeAsync(version, "500", 6);
        var to = await shop.ScrapedAsync();
        _stub.Answer = _ => world == SourceWorld.Slow ? StubReply.Never : new StubReply(200, """{"status":"success","data":{"resultType":"matrix","result":[{"metric":7}]}}""");
        var address = world switch { SourceWorld.Away => "http://127.0.0.1:1", SourceWorld.Slow or SourceWorld.Garbage => _stub.Address, _ => shop.Address };
        List<(string, string)> settings = [("url", address), ("bearer", world == SourceWorld.NoSecret ? "${NOBODY}" : "${SECRET}"), ("timeout", world == SourceWorld.Slow ? "1s" : "30s"), ("delay", world == SourceWorld.TooEarly ? "10m" : "0s")];
        var (total, count) = world switch
        {
            SourceWorld.NoData => ("http_requests_total{version=\"none\"}", "http_requests_total{version=\"none\",code=~\"5..\"}"),
            SourceWorld.Partial => ("http_requests_total{version=\"{{version}}\"}", "sum(increase(http_requests_total{version=\"{{version}}\",code=\"418\"}[{{window}}]))"),
            SourceWorld.NotANumber => ("vector(0) / 0", "vector(0)"),
            SourceWorld.WrongName => ("http_requests_wrong_total{version=\"{{version}}\"}", "http_requests_total{version=\"{{version}}\",code=~\"5..\"}"),
            _ => ("http_requests_total{version=\"{{version}}\"}", "http_requests_total{version=\"{{version}}\",code=~\"5..\"}"),
        };
        TimeProvider time = world == SourceWorld.ClockIsOff ? new OffTime(TimeSpan.FromMinutes(5)) : TimeProvider.System;
        return new Arranged(new PrometheusSource(world == SourceWorld.ClockIsOff ? new SourceHttp(time) : _http, Variable, time),
            Request("prometheus", MetricShape.Counts, settings, [("total", total), ("count", count)], from, to, version));
    }
}
