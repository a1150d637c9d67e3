using Slipway.Core.Analysis;
using Slipway.Engine.Ports;
using Slipway.Integrations.Metrics;
using Slipway.Integrations.Metrics.Web;
using Slipway.Testing.Contracts;
using Slipway.Testing.Servers;

namespace Slipway.Integrations.Tests.Metrics;

public sealed class HttpSourceTests : StubbedSourceContract
{
    protected override string Kind => "http";

    protected override IEnumerable<(string Key, string Text)> Settings => [("bearer", "${SECRET}"), ("headers.X-Team", "shop of ${SECRET}")];

    protected override (string Total, string Count) Ask => ("/stats?version={{version}}&from={{from}} $.now['requests']", "/stats?version={{version}}&from={{from}} $.now.errors");

    protected override IMetricSource Make(SourceHttp http, TimeProvider time) => new HttpSource(http, Variable, time);

    protected override StubReply Answer(SourceWorld world, StubRequest request) => StubReply.Json(world switch
    {
        SourceWorld.NoData => """{"now":{"requests":null,"errors":null}}""",
        SourceWorld.Partial => """{"now":{"requests":200}}""",
        SourceWorld.NotANumber => """{"now":{"requests":"NaN","errors":0}}""",
        _ => """{"now":{"requests":200,"errors":6,"quick":true,"state":"fail","by":[1,2]}}""",
    });

    [Fact]
    public async Task OneAddressIsAskedOnceForBothRolesWithItsSecrets()
    {
        var arranged = (await ArrangeAsync(SourceWorld.Data))!;
        await arranged.Source.MeasureAsync(arranged.Request, CancellationToken.None);

        Assert.Equal($"GET /stats?version=1.1.0&from={From.ToUnixTimeSeconds()}\nAuthorization: Bearer {Secret}\nX-Team: shop of {Secret}\n\n", Assert.Single(Stub.Asked).Recorded("Authorization", "X-Team"));
    }

    [Fact]
    public async Task ABodyIsPostedWithItsTemplatesFilled()
    {
        var arranged = (await ArrangeAsync(SourceWorld.Data))!;
        var source = arranged.Request.Source with { Settings = arranged.Request.Source.Settings.Add("body", """{"version":"{{version}}","side":"{{side}}"}""") };
        await arranged.Source.MeasureAsync(arranged.Request with { Source = source }, CancellationToken.None);

        Assert.Equal(("POST", """{"version":"1.1.0","side":"candidate"}"""), (Stub.Asked.First().Method, Stub.Asked.First().Body));
    }

    [Theory]
    [InlineData("$.now.quick", true)]
    [InlineData("$.now.state", false)]
    public async Task AJudgementIsTrueOrPass(string path, bool passes) =>
        Assert.Equal(passes, Assert.IsType<Measurement.Judged>(await AskAsync(MetricShape.Judged, path)).Passes);

    [Theory]
    [InlineData("$.now.by", "a list of 2")]
    [InlineData("$.now.by[*]", "more than one value")]
    [InlineData("$.now", "an object")]
    [InlineData("$.later", "the answer has now")]
    public async Task WhatIsNotOneNumberSaysWhatItIs(string path, string said) => Assert.Contains(said, Words(await AskAsync(MetricShape.Value, path)), StringComparison.Ordinal);

    [Theory]
    [InlineData("requests", "has no JSONPath")]
    [InlineData("$.now[", "is no JSONPath")]
    [InlineData("$.{{colour}}", "{{colour}}")]
    public async Task AQueryThatCannotWorkIsRefused(string ask, string said)
    {
        var (source, request) = (await ArrangeAsync(SourceWorld.Data))!;
        Assert.Contains(said, source.Refuses(request.Source, request.Query with { Ask = request.Query.Ask.SetItem("total", ask) }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bearer", "in-the-clear", "in the clear")]
    [InlineData("headers.X-Api-Key", "in-the-clear", "in the clear")]
    [InlineData("url", "ftp://x", "no address")]
    [InlineData("url", "https://me:word@example.test", "has a user")]
    [InlineData("timeout", "soon", "no duration")]
    [InlineData("timeout", "10m", "out of range")]
    public async Task ASettingThatCannotWorkIsRefused(string key, string text, string said)
    {
        var (source, request) = (await ArrangeAsync(SourceWorld.Data))!;
        Assert.Contains(said, source.Refuses(request.Source with { Settings = request.Source.Settings.SetItem(key, text) }, request.Query), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ASecretThatCannotBeSentIsToldByItsSettingAndNotShown()
    {
        var request = (await ArrangeAsync(SourceWorld.Data))!.Request;
        using SourceHttp http = new(TimeProvider.System);

        var why = Words(await new HttpSource(http, _ => "two\nlines", TimeProvider.System).MeasureAsync(request, CancellationToken.None));
        Assert.StartsWith("'bearer' has a line break", why, StringComparison.Ordinal);
        Assert.DoesNotContain("lines", why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatIsPackedWronglyHasFailed()
    {
        var (source, request) = (await ArrangeAsync(SourceWorld.Data))!;
        Stub.Answer = _ => StubReply.Json("{}") with { Headers = new Dictionary<string, string> { ["Content-Encoding"] = "gzip" } };

        Assert.IsType<Measurement.Failed>(await source.MeasureAsync(request, CancellationToken.None));
    }

    [Fact]
    public async Task AServerThatResetsItsConnectionsHasFailed()
    {
        using ResettingServer server = new();
        var (source, request) = (await ArrangeAsync(SourceWorld.Data))!;
        request = request with { Source = request.Source with { Settings = request.Source.Settings.SetItem("url", server.Address.ToString()) } };

        for (var i = 0; i < 500; i++)
            Assert.Contains($"{server.Address.Authority} does not answer", Words(await source.MeasureAsync(request, CancellationToken.None)), StringComparison.Ordinal);
    }

    private async Task<Measurement> AskAsync(MetricShape shape, string ask)
    {
        var (source, request) = (await ArrangeAsync(SourceWorld.Data))!;
        return await source.MeasureAsync(request with { Query = request.Query with { Shape = shape, Ask = request.Query.Ask.Clear().Add("value", ask) } }, CancellationToken.None);
    }
}
