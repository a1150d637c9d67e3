using System.Globalization;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Slipway.Core.Analysis;

namespace Slipway.Integrations.Metrics.Web;

/// <summary>Finds one value in JSON.</summary>
internal static class JsonPath
{
    private const int Deepest = 64;

    private static readonly JsonSelectSettings Settings = new() { ErrorWhenNoMatch = false, RegexMatchTimeout = TimeSpan.FromSeconds(1) };

    /// <summary>Why a text is no path, in words for people; null when it is one.</summary>
    public static string? Refuses(string path)
    {
        try
        {
            _ = new JObject().SelectTokens(path, Settings).Count();
            return null;
        }
        catch (JsonException e)
        {
            return $"'{path}' is no JSONPath: {e.Message}";
        }
    }

    /// <summary>The number at the path; true is 1 and false 0.</summary>
    public static Got<double> Number(string json, string path)
    {
        var got = Find(json, path);
        if (got.Trouble is { } trouble)
            return trouble;
        return got.Value switch
        {
            { Type: JTokenType.Integer or JTokenType.Float } number => (double)number,
            { Type: JTokenType.Boolean } truth => (bool)truth ? 1 : 0,
            { Type: JTokenType.String } text when double.TryParse((string?)text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
            var other => new Measurement.Failed($"at {path} is {Words(other)}, which is no number"),
        };
    }

    /// <summary>The judgement at the path: true and pass, or false and fail.</summary>
    public static Measurement Judge(string json, string path)
    {
        var got = Find(json, path);
        if (got.Trouble is { } trouble)
            return trouble;
        return got.Value.ToString().ToLowerInvariant() switch
        {
            "true" or "pass" => new Measurement.Judged(true, $"at {path} is {Words(got.Value)}"),
            "false" or "fail" => new Measurement.Judged(false, $"at {path} is {Words(got.Value)}"),
            _ => new Measurement.Failed($"at {path} is {Words(got.Value)}; write true or pass, false or fail"),
        };
    }

    private static Got<JToken> Find(string json, string path)
    {
        try
        {
            using JsonTextReader reader = new(new StringReader(json)) { DateParseHandling = DateParseHandling.None, MaxDepth = Deepest };
            var root = JToken.ReadFrom(reader);
            return root.SelectTokens(path, Settings).Take(2).ToArray() switch
            {
                [] => new Measurement.Nothing($"nothing is at {path}; the answer has {Keys(root)}"),
                [{ Type: JTokenType.Null }] => new Measurement.Nothing($"at {path} is null"),
                [var found] => found,
                _ => new Measurement.Failed($"more than one value is at {path}; write a path to one"),
            };
        }
        catch (Exception e) when (e is JsonException or System.Text.RegularExpressions.RegexMatchTimeoutException)
        {
            return new Measurement.Failed($"{path} cannot be looked up in the answer: {e.Message}");
        }
    }

    private static string Keys(JToken root) => root is JObject { Count: > 0 } entries ? string.Join(", ", entries.Properties().Take(8).Select(p => p.Name)) : Words(root);

    private static string Words(JToken token) => token switch
    {
        JObject => "an object",
        JArray list => $"a list of {list.Count.ToString(CultureInfo.InvariantCulture)}",
        _ => SourceHttp.Line(token.ToString(Formatting.None)),
    };
}
