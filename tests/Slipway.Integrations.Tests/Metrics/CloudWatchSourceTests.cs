using System.Globalization;
using System.Text;
using Slipway.Core.Analysis;
using Slipway.Engine.Ports;
using Slipway.Integrations.Metrics;
using Slipway.Integrations.Metrics.CloudWatch;
using Slipway.Testing.Contracts;
using Slipway.Testing.Servers;

namespace Slipway.Integrations.Tests.Metrics;

public sealed class CloudWatchSourceTests : StubbedSourceContract
{
    protected override string Kind => "cloudwatch";

    protected override IEnumerable<(string Key, string Text)> Settings => [("region", "eu-west-1"), ("accessKey", "${SECRET}"), ("secretKey", "${SECRET}"), ("sessionToken", "${SECRET}")];

    protected override (string Total, string Count) Ask => ("SUM(SEARCH('{Shop,Version} requests Version=\"{{version}}\"', 'Sum', 60))", "SUM(SEARCH('{Shop,Version} errors Version=\"{{version}}\"', 'Sum', 60))");

    protected override IReadOnlySet<SourceWorld> Impossible { get; } = new HashSet<SourceWorld> { SourceWorld.NotANumber };

    protected override IMetricSource Make(SourceHttp http, TimeProvider time) => new CloudWatchSource(http, Variable, time);

    protected override StubReply Answer(SourceWorld world, StubRequest request) => request.Body.Contains("wrong", StringComparison.Ordinal)
        ? new StubReply(400, """{"__type":"com.amazonaws.monitoring#ValidationError","message":"Error in expression 'total': wrong is no function"}""")
        : StubReply.Json($$"""{"Messages":[],"MetricDataResults":[{{Result("total", world == SourceWorld.NoData ? [] : [(0, "120"), (60, "80"), (120, "99")])}},{{Result("count", world is SourceWorld.NoData or SourceWorld.Partial ? [] : [(0, "2"), (60, "4")])}}]}""");

    [Fact]
    public async Task TheQuestionIsTheRecordedOneAndIsAskedOnce()
    {
        var arranged = (await ArrangeAsync(SourceWorld.Data))!;
        await arranged.Source.MeasureAsync(arranged.Request, CancellationToken.None);

        var asked = Assert.Single(Stub.Asked);
        var start = From.ToUnixTimeSeconds();
        Assert.Equal($$"""{"StartTime":{{start}},"EndTime":{{start + 120}},"ScanBy":"TimestampAscending","MetricDataQueries":[{"Id":"count","Expression":"SUM(SEARCH(\u0027{Shop,Version} errors Version=\u00221.1.0\u0022\u0027, \u0027Sum\u0027, 60))","Period":60},{"Id":"total","Expression":"SUM(SEARCH(\u0027{Shop,Version} requests Version=\u00221.1.0\u0022\u0027, \u0027Sum\u0027, 60))","Period":60}]}""", asked.Body);
        Assert.Equal(("POST", "/", "GraniteServiceVersion20100801.GetMetricData", "application/x-amz-json-1.0", Secret), (asked.Method, asked.Path, asked.Headers["X-Amz-Target"], asked.Headers["Content-Type"], asked.Headers["X-Amz-Security-Token"]));
        var at = DateTimeOffset.ParseExact(asked.Headers["X-Amz-Date"], "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        Dictionary<string, string> headers = new()
        {
            ["content-type"] = asked.Headers["Content-Type"], ["host"] = asked.Headers["Host"], ["x-amz-date"] = asked.Headers["X-Amz-Date"],
            ["x-amz-security-token"] = Secret, ["x-amz-target"] = asked.Headers["X-Amz-Target"],
        };
        Assert.Equal(SigV4.Authorization(new AwsCredentials(Secret, Secret, Secret), "eu-west-1", "monitoring", at, "POST", "/", [], headers, Encoding.UTF8.GetBytes(asked.Body)), asked.Headers["Authorization"]);
    }

    [Theory]
    [InlineData("""{"Id":"total","Label":"a","StatusCode":"Forbidden","Timestamps":[],"Values":[],"Messages":[{"Code":"Denied","Value":"no access to the account"}]}""", "Forbidden: no access")]
    [InlineData("""{"Id":"total","Label":"a","StatusCode":"PartialData","Timestamps":[],"Values":[]}""", "only a part")]
    [InlineData("""{"Id":"total","Label":"a","StatusCode":"Complete","Timestamps":[],"Values":[]},{"Id":"total","Label":"b","StatusCode":"Complete","Timestamps":[],"Values":[]}""", "2 series")]
    public async Task WhatItSaysIsRepeated(string results, string said)
    {
        var arranged = (await ArrangeAsync(SourceWorld.Data))!;
        Stub.Answer = _ => StubReply.Json($$"""{"MetricDataResults":[{{results}}]}""");

        Assert.Contains(said, Words(await arranged.Source.MeasureAsync(arranged.Request, CancellationToken.None)), StringComparison.Ordinal);
    }

    private static string Result(string id, (int After, string Value)[] points) => $$"""
        {"Id":"{{id}}","Label":"{{id}}","StatusCode":"Complete","Timestamps":[{{string.Join(',', points.Select(p => string.Create(CultureInfo.InvariantCulture, $"{From.AddSeconds(p.After).ToUnixTimeSeconds()}.0")))}}],"Values":[{{string.Join(',', points.Select(p => p.Value))}}]}
        """;
}
