using Microsoft.Extensions.Time.Testing;
using Slipway.Core.Analysis;
using Slipway.Integrations.Metrics.Otlp;
using Slipway.Testing.Contracts;

namespace Slipway.Integrations.Tests.Metrics;

public sealed class OtlpSourceContractTests : MetricSourceContract
{
    protected override Measurement Data => new Measurement.Counts(200, 6);

    protected override Task<Arranged?> ArrangeAsync(SourceWorld world)
    {
        if (world is SourceWorld.Slow or SourceWorld.Garbage)
            return Task.FromResult<Arranged?>(null);
        FakeTimeProvider time = new(new DateTimeOffset(2026, 11, 25, 12, 0, 0, TimeSpan.Zero));
        OtlpStore store = new(time) { Listening = world == SourceWorld.Away ? null : "http://127.0.0.1:4318" };
        var start = time.GetUtcNow();
        var off = world == SourceWorld.ClockIsOff ? TimeSpan.FromMinutes(5) : TimeSpan.Zero;
        var version = world == SourceWorld.NoData ? "1.0.0" : "1.1.0";
        Export(1, 0);
        time.Advance(TimeSpan.FromSeconds(10));
        var from = time.GetUtcNow();
        time.Advance(TimeSpan.FromSeconds(30));
        Export(195, 6);
        var to = time.GetUtcNow();
        List<(string, string)> settings = [("delay", world == SourceWorld.TooEarly ? "1m" : "0s"), ("service", world == SourceWorld.NoSecret ? "${NOBODY}" : "{{project}}")];
        var (shape, ask) = world switch
        {
            SourceWorld.NotANumber => (MetricShape.Value, new[] { ("value", "shop.ratio") }),
            SourceWorld.Partial => (MetricShape.Counts, [("total", "shop.orders"), ("count", "shop.failures")]),
            SourceWorld.WrongName => (MetricShape.Counts, [("total", "shop.wrong"), ("count", "shop.orders{outcome=\"failed\"}")]),
            _ => (MetricShape.Counts, [("total", "shop.orders"), ("count", "shop.orders{outcome=\"failed\"}")]),
        };
        return Task.FromResult<Arranged?>(new Arranged(new OtlpSource(store, Variable, time), Request("otlp", shape, settings, ask, from, to)));

        void Export(long good, long bad) => store.Take(OtlpExports.By(version, OtlpExports.Total("shop.orders", start, time.GetUtcNow() + off, good, "ok"),
            OtlpExports.Total("shop.orders", start, time.GetUtcNow() + off, bad, "failed"), OtlpExports.Gauge("shop.ratio", time.GetUtcNow() + off, double.NaN)));
    }
}
