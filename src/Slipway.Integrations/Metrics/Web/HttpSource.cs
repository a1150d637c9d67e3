using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.RegularExpressions;
using Slipway.Core.Analysis;
using Slipway.Engine.Ports;

namespace Slipway.Integrations.Metrics.Web;

/// <summary>Asks anything that answers JSON over HTTP, and finds the numbers by JSONPath.</summary>
/// <param name="http">Shared by all sources.</param>
public sealed partial class HttpSource(SourceHttp http, Func<string, string?> variable, TimeProvider time) : IMetricSource
{
    private static readonly SettingTable Table = new(
        Setting.Address("url") with { Required = true }, SettingTable.Timeout, Setting.Text("bearer") with { Secret = true }, Setting.Text("username"),
        Setting.Text("password") with { Secret = true }, Setting.Text("headers."), Setting.Text("body"), Setting.Duration("delay", TimeSpan.Zero, TimeSpan.FromMinutes(10)));

    private readonly Measuring _measuring = new(Table, variable, time, TimeSpan.Zero);

    public string Kind => "http";

    public TimeSpan Delay(MetricSourceSpec source) => _measuring.Delay(source);

    public string? Refuses(MetricSourceSpec source, MetricQuery query) =>
        Table.Refuses(source) ?? source.Settings.Select(s => Template.Refuses(s.Value)).FirstOrDefault(w => w is not null)
        ?? Shapes.Refuses(query, Kind, MetricShape.Counts, MetricShape.Value, MetricShape.Judged)
        ?? query.Ask.Select(a => Refuses(a.Key, a.Value)).FirstOrDefault(w => w is not null);

    public Task<Measurement> MeasureAsync(MetricRequest request, CancellationToken cancellationToken) =>
        Refuses(request.Source, request.Query) is { } problem
            ? Task.FromResult<Measurement>(new Measurement.Failed(problem))
            : _measuring.RunAsync(request, MeasureAsync, cancellationToken);

    private static string? Refuses(string role, string ask) => Parts().Match(ask) is not { Success: true } parts
        ? $"'{role}: {ask}' has no JSONPath; write one such as $.errors, or an address and one, such as /stats?v={{{{version}}}} $.errors"
        : JsonPath.Refuses(parts.Groups["path"].Value);

    private async Task<Measurement> MeasureAsync(Asked asked, CancellationToken cancellationToken)
    {
        var query = asked.Request.Query;
        // Two roles of one address are one question.
        ConcurrentDictionary<string, Task<Got<string>>> answers = new(StringComparer.Ordinal);
        if (query.Shape == MetricShape.Judged)
        {
            var (json, path) = await LookAsync("value");
            return json.Trouble ?? JsonPath.Judge(json.Value, path);
        }

        return await Shapes.MeasureAsync(query, async role =>
        {
            var (json, path) = await LookAsync(role);
            return json.Trouble is { } trouble ? trouble : JsonPath.Number(json.Value, path);
        });

        async Task<(Got<string> Json, string Path)> LookAsync(string role)
        {
            var parts = Parts().Match(query.Ask[role]);
            var below = Template.Fill(parts.Groups["where"].Value, asked.Request, Uri.EscapeDataString);
            var path = Template.Fill(parts.Groups["path"].Value, asked.Request, v => v.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal));
            return (await answers.GetOrAdd(below, b => AskAsync(asked, b, cancellationToken)), path);
        }
    }

    private async Task<Got<string>> AskAsync(Asked asked, string below, CancellationToken cancellationToken)
    {
        var root = Template.Fill(asked.Text("url")!, asked.Request, Uri.EscapeDataString);
        var text = below.Length == 0 || below[0] is '?' ? root + below : $"{root.TrimEnd('/')}/{below.TrimStart('/')}";
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address))
            return new Measurement.Failed($"'{text}' is no address");
        using HttpRequestMessage request = new(HttpMethod.Get, address);
        if (asked.Text("body") is { } body)
        {
            request.Method = HttpMethod.Post;
            request.Content = new StringContent(Template.Fill(body, asked.Request, JavaScriptEncoder.Default.Encode), Encoding.UTF8, "application/json");
        }

        request.Headers.Accept.ParseAdd("application/json");
        if (asked.Text("bearer") is { } bearer)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
        else if (asked.Text("username") is { } user)
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{asked.Text("password")}")));
        foreach (var (name, value) in asked.Below("headers."))
            request.Headers.TryAddWithoutValidation(name, value);
        var got = await http.AskAsync(request, cancellationToken);
        return got.Trouble ?? (got.Value.IsOk ? new Got<string>(got.Value.Body.GetRawText(), null) : got.Value.Refused(got.Value.Body.GetRawText()));
    }

    [GeneratedRegex(@"^\s*(?:(?<where>[^\s$]\S*)\s+)?(?<path>\$.*?)\s*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Parts();
}
