using System.Globalization;
using System.Text.RegularExpressions;
using Slipway.Core.Releases;
using Slipway.Engine.Ports;

namespace Slipway.Integrations.Metrics;

/// <summary>Fills <c>{{version}}</c> and its like into queries, once: what was filled in is not looked at again.</summary>
internal static partial class Template
{
    /// <summary>What can stand in double braces.</summary>
    private static readonly string[] Names = ["version", "environment", "project", "role", "side", "window", "from", "to"];

    /// <summary>The first name that is none, in words for people; null when all are known.</summary>
    public static string? Refuses(string text) =>
        Hole().Matches(text).Select(m => m.Groups[1].Value).FirstOrDefault(n => !Names.Contains(n, StringComparer.Ordinal)) is { } unknown
            ? $"{{{{{unknown}}}}} cannot be filled in; there are {string.Join(", ", Names.Select(n => $"{{{{{n}}}}}"))}"
            : null;

    /// <param name="escape">Makes a value safe where the source's language reads it.</param>
    public static string Fill(string text, MetricRequest request, Func<string, string> escape) =>
        Hole().Replace(text, match => escape(Value(match.Groups[1].Value, request)));

    /// <summary>With a word in every place, so that what is around can be read before anybody asks.</summary>
    public static string FillBlank(string text) => Hole().Replace(text, "x");

    private static string Value(string name, MetricRequest request) => name switch
    {
        "version" => request.Subject.Version.Value,
        "environment" => request.Subject.Environment.Name.Value,
        "project" => request.Subject.Environment.Project.Value,
        "role" => request.Subject.Role == InstanceRole.Baseline ? "baseline" : "serving",
        "side" => request.Candidate ? "candidate" : "baseline",
        "window" => Window(request.To - request.From),
        "from" => request.From.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
        "to" => request.To.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
        _ => "",
    };

    private static string Window(TimeSpan window) => window.Ticks % TimeSpan.TicksPerSecond == 0
        ? string.Create(CultureInfo.InvariantCulture, $"{window.TotalSeconds:0}s")
        : string.Create(CultureInfo.InvariantCulture, $"{window.TotalMilliseconds:0}ms");

    [GeneratedRegex(@"\{\{\s*([A-Za-z]+)\s*\}\}", RegexOptions.CultureInvariant)]
    private static partial Regex Hole();
}
