using System.Globalization;
using System.Text.Json;
using Slipway.Core.Analysis;
using Slipway.Engine.Ports;

namespace Slipway.Integrations.Metrics.Datadog;

/// <summary>Asks Datadog's query API. https://docs.datadoghq.com/api/latest/metrics/query-timeseries-points/</summary>
/// <param name="http">Shared by all sources.</param>
public sealed class DatadogSource(SourceHttp http, Func<string, string?> variable, TimeProvider time) : IMetricSource
{
    private const string Zero = "wrap it in default_zero(…)";

    private static readonly TimeSpan DefaultDelay = TimeSpan.FromMinutes(1);

    private static readonly SettingTable Table = new(
        Setting.Text("apiKey") with { Required = true, Secret = true }, Setting.Text("applicationKey") with { Required = true, Secret = true }, Setting.Text("site"), Setting.Address("url"),
        SettingTable.Timeout, Setting.Duration("delay", TimeSpan.Zero, TimeSpan.FromMinutes(10)));

    private readonly Measuring _measuring = new(Table, variable, time, DefaultDelay);

    public string Kind => "datadog";

    public TimeSpan Delay(MetricSourceSpec source) => _measuring.Delay(source);

    public string? Refuses(MetricSourceSpec source, MetricQuery query) => Table.Refuses(source) ?? Shapes.Refuses(query, Kind, MetricShape.Counts, MetricShape.Value);

    public Task<Measurement> MeasureAsync(MetricRequest request, CancellationToken cancellationToken) =>
        Refuses(request.Source, request.Query) is { } problem
            ? Task.FromResult<Measurement>(new Measurement.Failed(problem))
            : _measuring.RunAsync(request, MeasureAsync, cancellationToken);

    private Task<Measurement> MeasureAsync(Asked asked, CancellationToken cancellationToken) =>
        Shapes.MeasureAsync(asked.Request.Query, role => NumberAsync(asked, role, cancellationToken));

    private async Task<Got<double>> NumberAsync(Asked asked, string role, CancellationToken cancellationToken)
    {
        var request = asked.Request;
        var root = asked.Text("url")?.TrimEnd('/') ?? $"https://api.{asked.Text("site") ?? "datadoghq.com"}";
        var query = Template.Fill(request.Query.Ask[role], request, v => v.Replace(",", "_", StringComparison.Ordinal).Replace("}", "_", StringComparison.Ordinal));
        using HttpRequestMessage message = new(HttpMethod.Get, string.Create(CultureInfo.InvariantCulture, $"{root}/api/v1/query?from={request.From.ToUnixTimeSeconds()}&to={request.To.ToUnixTimeSeconds()}&query={Uri.EscapeDataString(query)}"));
        message.Headers.Add("DD-API-KEY", asked.Text("apiKey"));
        message.Headers.Add("DD-APPLICATION-KEY", asked.Text("applicationKey"));
        var got = await http.AskAsync(message, cancellationToken);
        return got.Trouble is { } trouble ? trouble : Read(got.Value, role, request);
    }

    private static Got<double> Read(JsonReply reply, string role, MetricRequest request)
    {
        if (reply.Body.ValueKind != JsonValueKind.Object)
            return reply.Refused("no answer of Datadog");
        if (!reply.IsOk || (reply.Body.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.String))
            return reply.Refused(Said(reply.Body));
        try
        {
            var series = reply.Body.GetProperty("series");
            return series.GetArrayLength() switch
            {
                0 => Points.Nothing(role, request, Zero),
                1 => Points.Number(role, series[0].GetProperty("pointlist").EnumerateArray().Select(p => new Point(
                    DateTimeOffset.FromUnixTimeMilliseconds((long)p[0].GetDouble()), p[1].ValueKind == JsonValueKind.Null ? null : p[1].GetDouble())), request, Zero),
                var many => new Measurement.Failed($"'{role}' gives {many.ToString(CultureInfo.InvariantCulture)} series; make one of them: leave out 'by {{…}}'"),
            };
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException or IndexOutOfRangeException or ArgumentException)
        {
            return new Measurement.Failed($"{reply.Place} answered something that is no answer of Datadog: {e.Message}");
        }
    }

    private static string? Said(JsonElement body) => body.TryGetProperty("errors", out var errors) && errors.ValueKind == JsonValueKind.Array
        ? string.Join("; ", errors.EnumerateArray().Select(e => e.ToString()))
        : body.TryGetProperty("error", out var error) ? error.ToString() : null;
}
