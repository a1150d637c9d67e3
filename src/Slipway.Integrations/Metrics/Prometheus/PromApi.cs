using System.Collections.Immutable;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Slipway.Core.Analysis;

namespace Slipway.Integrations.Metrics.Prometheus;

/// <summary>The query API of one Prometheus, or of what speaks like one (Thanos, Mimir, VictoriaMetrics).</summary>
internal sealed class PromApi(SourceHttp http, Asked asked)
{
    /// <summary>The series that an expression has at an instant; of a range selector, their samples up to then.</summary>
    public async Task<Got<ImmutableArray<PromSeries>>> QueryAsync(string expression, DateTimeOffset at, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, $"{asked.Text("url")!.TrimEnd('/')}/api/v1/query")
        {
            Content = new FormUrlEncodedContent([new("query", expression), new("time", (at.ToUnixTimeMilliseconds() / 1000.0).ToString("0.000", CultureInfo.InvariantCulture))]),
        };
        Authorise(request.Headers);
        var got = await http.AskAsync(request, cancellationToken);
        return got.Trouble ?? Read(got.Value, expression);
    }

    private void Authorise(HttpRequestHeaders headers)
    {
        if (asked.Text("bearer") is { } bearer)
            headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
        else if (asked.Text("username") is { } user)
            headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{asked.Text("password")}")));
        foreach (var (name, value) in asked.Below("headers."))
            headers.TryAddWithoutValidation(name, value);
    }

    private static Got<ImmutableArray<PromSeries>> Read(JsonReply reply, string expression)
    {
        if (reply.Body.ValueKind != JsonValueKind.Object || !reply.Body.TryGetProperty("status", out var status))
            return reply.Refused("no answer of a Prometheus");
        if (status.GetString() != "success")
        {
            var said = reply.Body.TryGetProperty("error", out var error) ? error.GetString() : null;
            return reply.Status is 400 or 422 ? new Measurement.Failed($"{reply.Place} refuses the query '{SourceHttp.Line(expression)}': {SourceHttp.Line(said ?? "")}") : reply.Refused(said);
        }

        try
        {
            var data = reply.Body.GetProperty("data");
            var type = data.GetProperty("resultType").GetString();
            return PromSeries.Read(type, data.GetProperty("result")) is { } series ? series : new Measurement.Failed($"'{SourceHttp.Line(expression)}' gives a {type}, not numbers; ask for a number");
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException or IndexOutOfRangeException or ArgumentException)
        {
            return new Measurement.Failed($"{reply.Place} answered something that is no answer of a Prometheus: {e.Message}");
        }
    }
}
