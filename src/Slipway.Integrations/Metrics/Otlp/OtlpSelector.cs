using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Slipway.Integrations.Metrics.Otlp;

/// <summary>One condition on an attribute.</summary>
internal sealed record OtlpMatcher(string Attribute, bool Negative, Func<string, bool> Matches)
{
    /// <summary>An attribute that is not there is as good as an empty one.</summary>
    public bool Fits(OtlpSeries series) =>
        Matches(series.Attributes.GetValueOrDefault(Attribute) ?? series.Resource.Attributes.GetValueOrDefault(Attribute) ?? "") != Negative;
}

/// <summary>Chooses series: <c>name{attribute="value", other=~"5.."}</c>, with <c>=</c>, <c>!=</c>, and <c>=~</c> and <c>!~</c> for regular expressions that match as a whole.</summary>
internal sealed partial record OtlpSelector(string Metric, ImmutableArray<OtlpMatcher> Matchers)
{
    public const string Example = "http.server.request.duration{http.response.status_code=~\"5..\"}";

    /// <summary>The selector, or in words for people why there is none.</summary>
    public static (OtlpSelector? Selector, string? Why) Parse(string text)
    {
        var whole = Whole().Match(text);
        if (!whole.Success)
            return (null, $"'{text}' selects no series; write a metric and conditions on attributes, such as {Example}");
        var matchers = ImmutableArray.CreateBuilder<OtlpMatcher>();
        for (var i = 0; i < whole.Groups["attribute"].Captures.Count; i++)
        {
            var operation = whole.Groups["operation"].Captures[i].Value;
            var value = Unescape(whole.Groups["value"].Captures[i].Value);
            if (Matches(operation, value) is not { } matches)
                return (null, $"'{value}' is no regular expression that can be matched in one pass");
            matchers.Add(new OtlpMatcher(whole.Groups["attribute"].Captures[i].Value, operation[0] == '!', matches));
        }

        return (new OtlpSelector(whole.Groups["name"].Value, matchers.ToImmutable()), null);
    }

    /// <summary>Safe between double quotes.</summary>
    public static string Escape(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);

    private static Func<string, bool>? Matches(string operation, string value)
    {
        if (operation is "=" or "!=")
            return text => text == value;
        try
        {
            Regex expression = new($"^(?:{value})\\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            return expression.IsMatch;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    private static string Unescape(string text) => Escaped().Replace(text, m => m.Groups[1].Value is "\\" or "\"" ? m.Groups[1].Value : m.Value);

    [GeneratedRegex(@"\\(.)", RegexOptions.CultureInvariant)]
    private static partial Regex Escaped();

    [GeneratedRegex("""
        ^\s*(?<name>[a-zA-Z_][a-zA-Z0-9_.\-/]*)\s*(?:\{\s*(?:(?<attribute>[a-zA-Z_][a-zA-Z0-9_.\-/]*)\s*(?<operation>=~|!~|!=|=)\s*"(?<value>(?:[^"\\\n]|\\.)*)"\s*(?:,\s*|(?=\})))*\})?\s*\z
        """, RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Whole();
}
