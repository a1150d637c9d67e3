using System.Globalization;
using Slipway.Core.Analysis;
using Slipway.Engine.Ports;
using Slipway.Integrations.Metrics;
using Slipway.Integrations.Metrics.Datadog;
using Slipway.Testing.Contracts;
using Slipway.Testing.Servers;

namespace Slipway.Integrations.Tests.Metrics;

public sealed class DatadogSourceTests : StubbedSourceContract
{
    protected override string Kind => "datadog";

    protected override IEnumerable<(string Key, string Text)> Settings => [("apiKey", "${SECRET}"), ("applicationKey", "${SECRET}")];

    protected override (string Total, string Count) Ask => ("sum:shop.requests{env:{{environment}},version:{{version}}}.as_count()", "sum:shop.errors{env:{{environment}},version:{{version}}}.as_count()");

    /// <summary>Its points are of intervals, and a number that is none is no point.</summary>
    protected override IReadOnlySet<SourceWorld> Impossible { get; } = new HashSet<SourceWorld> { SourceWorld.NotANumber };

    protected override IMetricSource Make(SourceHttp http, TimeProvider time) => new DatadogSource(http, Variable, time);

    protected override StubReply Answer(SourceWorld world, StubRequest request) => StubReply.Json(
        world == SourceWorld.NoData || request.Path.Contains("wrong", StringComparison.Ordinal) ? Reply()
        : request.Path.Contains("requests", StringComparison.Ordinal) ? Reply(Series((-60, "70"), (0, "120"), (60, "80"), (120, "99")))
        : world == SourceWorld.Partial ? Reply(Series((0, "null"), (60, "null"))) : Reply(Series((0, "2"), (60, "4"))));

    [Fact]
    public async Task TheQuestionIsTheRecordedOne()
    {
        var arranged = (await ArrangeAsync(SourceWorld.Data))!;
        await arranged.Source.MeasureAsync(arranged.Request, CancellationToken.None);

        Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"""
            GET /api/v1/query?from={From.ToUnixTimeSeconds()}&to={To.ToUnixTimeSeconds()}&query=sum%3Ashop.requests%7Benv%3Aproduction%2Cversion%3A1.1.0%7D.as_count%28%29
            DD-API-KEY: {Secret}
            DD-APPLICATION-KEY: {Secret}


            """), Stub.Asked.First().Recorded("DD-API-KEY", "DD-APPLICATION-KEY"));
    }

    [Theory]
    [InlineData(403, """{"errors":["Forbidden"]}""", "answered 403: Forbidden")]
    [InlineData(400, """{"status":"error","error":"Error parsing query: unable to parse sum:: Rule 'scope_expr' didn't match"}""", "Rule 'scope_expr'")]
    [InlineData(200, """{"status":"error","error":"Rate limit of 300 requests"}""", "Rate limit")]
    [InlineData(200, """{"status":"ok"}""", "no answer of Datadog")]
    public async Task WhatItSaysIsRepeated(int code, string body, string said)
    {
        var arranged = (await ArrangeAsync(SourceWorld.Data))!;
        Stub.Answer = _ => new StubReply(code, body);

        Assert.Contains(said, Words(await arranged.Source.MeasureAsync(arranged.Request, CancellationToken.None)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SeveralSeriesAreNotOneNumber()
    {
        var arranged = (await ArrangeAsync(SourceWorld.Data))!;
        Stub.Answer = _ => StubReply.Json(Reply(Series((0, "1")), Series((0, "2"))));

        Assert.Contains("2 series", Assert.IsType<Measurement.Failed>(await arranged.Source.MeasureAsync(arranged.Request, CancellationToken.None)).Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ARateLimitIsReadFromItsOwnHeader()
    {
        var arranged = (await ArrangeAsync(SourceWorld.Data))!;
        Stub.Answer = _ => new StubReply(429, """{"errors":["Too many requests"]}""") { Headers = new Dictionary<string, string> { ["X-RateLimit-Limit"] = "300", ["X-RateLimit-Remaining"] = "0", ["X-RateLimit-Reset"] = "17" } };

        Assert.Contains("17 s", Words(await arranged.Source.MeasureAsync(arranged.Request, CancellationToken.None)), StringComparison.Ordinal);
    }

    private static string Reply(params string[] series) => $$"""
        {"status":"ok","res_type":"time_series","resp_version":1,"query":"…","from_date":0,"to_date":0,"series":[{{string.Join(',', series)}}],"values":[],"times":[],"message":"","group_by":[]}
        """;

    /// <summary>Points so many seconds after the window's start.</summary>
    private static string Series(params (int After, string Value)[] points) => $$"""
        {"metric":"shop.requests","attributes":{},"display_name":"shop.requests","unit":null,"pointlist":[{{string.Join(',', points.Select(p => string.Create(CultureInfo.InvariantCulture, $"[{From.AddSeconds(p.After).ToUnixTimeMilliseconds()}.0,{p.Value}]")))}}],
         "start":0,"end":0,"interval":60,"length":{{points.Length}},"aggr":"sum","scope":"env:production","tag_set":[],"expression":"sum:shop.requests{env:production}.as_count()","query_index":0}
        """;
}
