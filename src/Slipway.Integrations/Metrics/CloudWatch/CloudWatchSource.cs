using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Slipway.Core.Analysis;
using Slipway.Engine.Ports;

namespace Slipway.Integrations.Metrics.CloudWatch;

/// <summary>
/// Asks Amazon CloudWatch for metric math, in AWS' JSON protocol. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
/// </summary>
/// <param name="http">Shared by all sources.</param>
public sealed class CloudWatchSource(SourceHttp http, Func<string, string?> variable, TimeProvider time) : IMetricSource
{
    private const string Zero = "wrap it in FILL(…, 0)";

    private static readonly TimeSpan DefaultDelay = TimeSpan.FromMinutes(2);

    private static readonly SettingTable Table = new(
        Setting.Text("region") with { Required = true }, Setting.Text("accessKey") with { Required = true, Secret = true }, Setting.Text("secretKey") with { Required = true, Secret = true },
        Setting.Text("sessionToken") with { Secret = true }, Setting.Duration("period", TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)), Setting.Address("url"), SettingTable.Timeout,
        Setting.Duration("delay", TimeSpan.Zero, TimeSpan.FromMinutes(10)));

    private readonly Measuring _measuring = new(Table, variable, time, DefaultDelay);

    public string Kind => "cloudwatch";

    public TimeSpan Delay(MetricSourceSpec source) => _measuring.Delay(source);

    public string? Refuses(MetricSourceSpec source, MetricQuery query) => Table.Refuses(source) ?? Shapes.Refuses(query, Kind, MetricShape.Counts, MetricShape.Value);

    public Task<Measurement> MeasureAsync(MetricRequest request, CancellationToken cancellationToken) =>
        Refuses(request.Source, request.Query) is { } problem
            ? Task.FromResult<Measurement>(new Measurement.Failed(problem))
            : _measuring.RunAsync(request, MeasureAsync, cancellationToken);

    private async Task<Measurement> MeasureAsync(Asked asked, CancellationToken cancellationToken)
    {
        using var message = Message(asked);
        // Every metric asked for is paid for, and both roles fit into one question.
        var got = await http.AskAsync(message, cancellationToken);
        return got.Trouble ?? (got.Value.IsOk
            ? await Shapes.MeasureAsync(asked.Request.Query, role => Task.FromResult(Read(got.Value, role, asked.Request)))
            : got.Value.Refused(Said(got.Value.Body)));
    }

    private static HttpRequestMessage Message(Asked asked)
    {
        var region = asked.Text("region")!;
        Uri address = new(asked.Text("url") ?? $"https://monitoring.{region}.amazonaws.com/");
        var body = JsonSerializer.SerializeToUtf8Bytes(Question(asked));
        Dictionary<string, string> headers = new()
        {
            ["content-type"] = "application/x-amz-json-1.0",
            ["host"] = address.Authority,
            ["x-amz-date"] = SigV4.Timestamp(asked.Now),
            ["x-amz-target"] = "GraniteServiceVersion20100801.GetMetricData",
        };
        AwsCredentials credentials = new(asked.Text("accessKey")!, asked.Text("secretKey")!, asked.Text("sessionToken"));
        if (credentials.Token is { } token)
            headers["x-amz-security-token"] = token;
        HttpRequestMessage message = new(HttpMethod.Post, address) { Content = new ByteArrayContent(body) };
        message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-amz-json-1.0");
        foreach (var (name, value) in headers.Where(h => h.Key.StartsWith("x-", StringComparison.Ordinal)))
            message.Headers.Add(name, value);
        message.Headers.TryAddWithoutValidation("Authorization", SigV4.Authorization(credentials, region, "monitoring", asked.Now, "POST", address.AbsolutePath, [], headers, body));
        return message;
    }

    private static object Question(Asked asked) => new
    {
        StartTime = asked.Request.From.ToUnixTimeSeconds(),
        EndTime = asked.Request.To.ToUnixTimeSeconds(),
        ScanBy = "TimestampAscending",
        MetricDataQueries = asked.Request.Query.Ask.Select(a => new
        {
            Id = a.Key,
            Expression = Template.Fill(a.Value, asked.Request, v => v.Replace("\"", "\\\"", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal)),
            Period = (int)asked.Duration("period", TimeSpan.FromMinutes(1)).TotalSeconds,
        }),
    };

    private static Got<double> Read(JsonReply reply, string role, MetricRequest request)
    {
        try
        {
            JsonElement[] results = [.. reply.Body.GetProperty("MetricDataResults").EnumerateArray().Where(r => r.GetProperty("Id").GetString() == role)];
            if (results.Length > 1)
                return new Measurement.Failed($"'{role}' gives {results.Length.ToString(CultureInfo.InvariantCulture)} series; make one of them, with SUM(…)");
            if (results.Length == 0)
                return Points.Nothing(role, request, Zero);
            var status = results[0].TryGetProperty("StatusCode", out var code) ? code.GetString() : "Complete";
            return status switch
            {
                "Complete" => Points.Number(role, results[0].GetProperty("Timestamps").EnumerateArray().Zip(results[0].GetProperty("Values").EnumerateArray(),
                    (at, value) => new Point(DateTimeOffset.FromUnixTimeMilliseconds((long)(at.GetDouble() * 1000)), value.GetDouble())), request, Zero),
                "PartialData" => new Measurement.Nothing($"'{role}': only a part of the window's data was answered"),
                _ => new Measurement.Failed($"'{role}': CloudWatch says {status}{Messages(results[0])}"),
            };
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            return new Measurement.Failed($"{reply.Place} answered something that is no answer of CloudWatch: {e.Message}");
        }
    }

    private static string Messages(JsonElement result) => result.TryGetProperty("Messages", out var messages) && messages.ValueKind == JsonValueKind.Array
        ? string.Concat(messages.EnumerateArray().Select(m => $": {(m.TryGetProperty("Value", out var value) ? value.ToString() : m.ToString())}")) : "";

    private static string Said(JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Object)
            return "";
        var type = body.TryGetProperty("__type", out var named) ? named.ToString().Split('#')[^1] : "";
        var said = body.TryGetProperty("message", out var message) || body.TryGetProperty("Message", out message) ? message.ToString() : "";
        return $"{type} {said}".Trim();
    }
}
