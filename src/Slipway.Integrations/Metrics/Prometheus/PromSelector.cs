using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;

namespace Slipway.Integrations.Metrics.Prometheus;

/// <summary>
/// A plain selector of series, such as <c>http_requests_total{version="1.1.0"}</c>: of such a one the samples themselves can be had. Whatever else PromQL can
/// say (functions, ranges, sums) is not one, and is left to the server.
/// </summary>
/// <param name="Name">The metric.</param>
/// <param name="Labels">The labels that it matches on.</param>
internal sealed partial record PromSelector(string Name, ImmutableArray<string> Labels)
{
    /// <summary>Null when the text is something else.</summary>
    public static PromSelector? Parse(string text)
    {
        var whole = Whole().Match(text);
        if (!whole.Success)
            return null;
        return new PromSelector(whole.Groups["name"].Value, [.. whole.Groups["label"].Captures.Select(c => c.Value).Distinct()]);
    }

    /// <summary>A selector of all series of the metric that have the labels.</summary>
    public static string Having(string name, IEnumerable<string> labels) => new StringBuilder(name).Append('{').AppendJoin(',', labels.Select(l => $"{l}!=\"\"")).Append('}').ToString();

    [GeneratedRegex("""
        ^\s*(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)\s*(?:\{\s*(?:(?<label>[a-zA-Z_][a-zA-Z0-9_]*)\s*(?:=~|!~|!=|=)\s*(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`)\s*(?:,\s*|(?=\})))*\})?\s*\z
        """, RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Whole();
}
