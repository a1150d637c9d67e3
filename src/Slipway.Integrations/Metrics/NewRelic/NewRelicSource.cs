using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Slipway.Core.Analysis;
using Slipway.Engine.Ports;

namespace Slipway.Integrations.Metrics.NewRelic;

/// <summary>Asks New Relic in NRQL over NerdGraph. https://docs.newrelic.com/docs/apis/nerdgraph/examples/nerdgraph-nrql-tutorial</summary>
/// <param name="http">Shared by all sources.</param>
public sealed partial class NewRelicSource(SourceHttp http, Func<string, string?> variable, TimeProvider time) : IMetricSource
{
    private const string Question = "query($account: Int!, $nrql: Nrql!) { actor { account(id: $account) { nrql(query: $nrql) { results } } } }";

    private static readonly TimeSpan DefaultDelay = TimeSpan.FromMinutes(1);

    private static readonly SettingTable Table = new(
        Setting.Number("account", 1, int.MaxValue) with { Required = true }, Setting.Text("apiKey") with { Required = true, Secret = true }, Setting.Choice("region", "us", "eu"), Setting.Address("url"),
        SettingTable.Timeout, Setting.Duration("delay", TimeSpan.Zero, TimeSpan.FromMinutes(10)));

    private readonly Measuring _measuring = new(Table, variable, time, DefaultDelay);

    public string Kind => "newrelic";

    public TimeSpan Delay(MetricSourceSpec source) => _measuring.Delay(source);

    public string? Refuses(MetricSourceSpec source, MetricQuery query) =>
        Table.Refuses(source) ?? Shapes.Refuses(query, Kind, MetricShape.Counts, MetricShape.Value)
        ?? (query.Ask.FirstOrDefault(a => Time().IsMatch(a.Value)).Key is { } role ? $"'{role}' has a SINCE, UNTIL or TIMESERIES of its own; leave it out, the window is added" : null);

    public Task<Measurement> MeasureAsync(MetricRequest request, CancellationToken cancellationToken) =>
        Refuses(request.Source, request.Query) is { } problem
            ? Task.FromResult<Measurement>(new Measurement.Failed(problem))
            : _measuring.RunAsync(request, MeasureAsync, cancellationToken);

    private Task<Measurement> MeasureAsync(Asked asked, CancellationToken cancellationToken) =>
        Shapes.MeasureAsync(asked.Request.Query, role => NumberAsync(asked, role, cancellationToken));

    private async Task<Got<double>> NumberAsync(Asked asked, string role, CancellationToken cancellationToken)
    {
        var request = asked.Request;
        var nrql = Template.Fill(request.Query.Ask[role], request, v => v.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal));
        nrql = string.Create(CultureInfo.InvariantCulture, $"{nrql} SINCE {request.From.ToUnixTimeMilliseconds()} UNTIL {request.To.ToUnixTimeMilliseconds()}");
        using HttpRequestMessage message = new(HttpMethod.Post, asked.Text("url") ?? (asked.Text("region") == "eu" ? "https://api.eu.newrelic.com/graphql" : "https://api.newrelic.com/graphql"))
        {
            Content = JsonContent.Create(new { query = Question, variables = new { account = int.Parse(asked.Text("account")!, CultureInfo.InvariantCulture), nrql } }),
        };
        message.Headers.Add("API-Key", asked.Text("apiKey"));
        var got = await http.AskAsync(message, cancellationToken);
        return got.Trouble is { } trouble ? trouble : Read(got.Value, role, request);
    }

    private static Got<double> Read(JsonReply reply, string role, MetricRequest request)
    {
        if (reply.Body.ValueKind != JsonValueKind.Object)
            return reply.Refused("no answer of New Relic");
        // NerdGraph answers 200 to a question that it refuses.
        if (reply.Body.TryGetProperty("errors", out var errors) && errors.ValueKind == JsonValueKind.Array && errors.GetArrayLength() > 0)
            return reply.Refused(string.Join("; ", errors.EnumerateArray().Select(e => e.ValueKind == JsonValueKind.Object && e.TryGetProperty("message", out var message) ? message.ToString() : e.ToString())));
        if (!reply.IsOk)
            return reply.Refused(reply.Body.GetRawText());
        try
        {
            var results = reply.Body.GetProperty("data").GetProperty("actor").GetProperty("account").GetProperty("nrql").GetProperty("results");
            return results.GetArrayLength() switch
            {
                0 => Points.Nothing(role, request, "ask for count(*) or sum(…), which are 0 then"),
                1 => One(role, request, results[0]),
                var many => new Measurement.Failed($"'{role}' gives {many.ToString(CultureInfo.InvariantCulture)} results; ask for one number, without FACET"),
            };
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return new Measurement.Failed($"{reply.Place} answered something that is no answer of New Relic: {e.Message}");
        }
    }

    /// <summary>A result names its number after the function that made it; a percentile is one level down.</summary>
    private static Got<double> One(string role, MetricRequest request, JsonElement result)
    {
        JsonElement[] members = [.. result.EnumerateObject().Select(m => m.Value).SelectMany(v => v.ValueKind == JsonValueKind.Object ? v.EnumerateObject().Select(m => m.Value) : [v])];
        return members switch
        {
            [{ ValueKind: JsonValueKind.Number } number] => number.GetDouble(),
            [{ ValueKind: JsonValueKind.Null }] => Points.Nothing(role, request, "ask for count(*) or sum(…), which are 0 then"),
            _ => new Measurement.Failed($"'{role}' gives {SourceHttp.Line(result.GetRawText())}; ask for one number"),
        };
    }

    [GeneratedRegex(@"\b(since|until|timeseries)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Time();
}
