using System.Globalization;
using System.Text.Json;
using Slipway.Core.Analysis;
using Slipway.Engine.Ports;
using Slipway.Integrations.Metrics;
using Slipway.Integrations.Metrics.NewRelic;
using Slipway.Testing.Contracts;
using Slipway.Testing.Servers;

namespace Slipway.Integrations.Tests.Metrics;

public sealed class NewRelicSourceTests : StubbedSourceContract
{
    protected override string Kind => "newrelic";

    protected override IEnumerable<(string Key, string Text)> Settings => [("account", "12345"), ("apiKey", "${SECRET}")];

    protected override (string Total, string Count) Ask => ("SELECT count(requests) FROM Transaction WHERE appVersion = '{{version}}'", "SELECT count(*) FROM TransactionError WHERE appVersion = '{{version}}'");

    protected override IReadOnlySet<SourceWorld> Impossible { get; } = new HashSet<SourceWorld> { SourceWorld.NotANumber };

    protected override IMetricSource Make(SourceHttp http, TimeProvider time) => new NewRelicSource(http, Variable, time);

    protected override StubReply Answer(SourceWorld world, StubRequest request) => StubReply.Json(
        request.Body.Contains("wrong", StringComparison.Ordinal) ? """{"data":{"actor":{"account":{"nrql":null}}},"errors":[{"locations":[{"column":45,"line":1}],"message":"NRQL Syntax Error: 'wrong' is unknown","path":["actor","account","nrql"]}]}"""
        : world == SourceWorld.NoData ? Reply()
        : request.Body.Contains("requests", StringComparison.Ordinal) ? Reply("""{"count":200}""")
        : Reply(world == SourceWorld.Partial ? """{"sum.errors":null}""" : """{"count":6}"""));

    [Fact]
    public async Task TheQuestionIsTheRecordedOne()
    {
        var arranged = (await ArrangeAsync(SourceWorld.Data))!;
        await arranged.Source.MeasureAsync(arranged.Request, CancellationToken.None);

        var asked = Stub.Asked.First();
        Assert.Equal($"POST /\nAPI-Key: {Secret}\nContent-Type: application/json; charset=utf-8\n\n{asked.Body}", asked.Recorded("API-Key", "Content-Type"));
        var body = JsonSerializer.Deserialize<JsonElement>(asked.Body);
        Assert.Equal("query($account: Int!, $nrql: Nrql!) { actor { account(id: $account) { nrql(query: $nrql) { results } } } }", body.GetProperty("query").GetString());
        Assert.Equal(12345, body.GetProperty("variables").GetProperty("account").GetInt32());
        Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"SELECT count(requests) FROM Transaction WHERE appVersion = '1.1.0' SINCE {From.ToUnixTimeMilliseconds()} UNTIL {To.ToUnixTimeMilliseconds()}"), body.GetProperty("variables").GetProperty("nrql").GetString());
    }

    [Theory]
    [InlineData("""{"percentile.duration":{"99":0.25}}""", 0.25)]
    [InlineData("""{"average.duration":1.5}""", 1.5)]
    public async Task ANumberIsNamedAfterItsFunction(string result, double number)
    {
        var arranged = (await ArrangeAsync(SourceWorld.Data))!;
        Stub.Answer = _ => StubReply.Json(Reply(result));

        Assert.Equal(new Measurement.Value(number), await arranged.Source.MeasureAsync(AsValue(arranged.Request), CancellationToken.None));
    }

    [Theory]
    [InlineData("""{"facet":"a","count":1},{"facet":"b","count":2}""", "2 results")]
    [InlineData("""{"count":1,"average.duration":2}""", "one number")]
    public async Task WhatIsNotOneNumberSaysWhatItIs(string results, string said)
    {
        var arranged = (await ArrangeAsync(SourceWorld.Data))!;
        Stub.Answer = _ => StubReply.Json(Reply(results));

        Assert.Contains(said, Assert.IsType<Measurement.Failed>(await arranged.Source.MeasureAsync(AsValue(arranged.Request), CancellationToken.None)).Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AQueryWithAWindowOfItsOwnIsRefused()
    {
        var request = (await ArrangeAsync(SourceWorld.Data))!.Request;
        Assert.Contains("SINCE", new NewRelicSource(new SourceHttp(TimeProvider.System), Variable, TimeProvider.System).Refuses(request.Source, request.Query with { Ask = request.Query.Ask.SetItem("total", "SELECT count(*) FROM Transaction since 1 hour ago") }), StringComparison.Ordinal);
    }

    private static MetricRequest AsValue(MetricRequest request) => request with { Query = request.Query with { Shape = MetricShape.Value, Ask = request.Query.Ask.Clear().Add("value", "SELECT average(duration) FROM Transaction") } };

    private static string Reply(params string[] results) => "{\"data\":{\"actor\":{\"account\":{\"nrql\":{\"results\":[" + string.Join(',', results) + "]}}}}}";
}
