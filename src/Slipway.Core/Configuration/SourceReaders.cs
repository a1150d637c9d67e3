using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;
using Slipway.Core.Analysis;

namespace Slipway.Core.Configuration;

/// <summary>Reads <c>sources</c>. What their settings mean is for the kind's own adapter to judge; here they are only text.</summary>
internal static partial class SourceReaders
{
    private const string Example = "- { name: metrics, prometheus: { url: http://prometheus.example:9090 } }";

    /// <summary>Every kind of source there is.</summary>
    public static ImmutableArray<string> Kinds { get; } = ["prometheus", "otlp", "http", "command", "signal", "datadog", "cloudwatch", "newrelic"];

    public static ImmutableArray<MetricSourceSpec> Read(Value value)
    {
        var sources = ImmutableArray.CreateBuilder<MetricSourceSpec>();
        foreach (var item in value.Items(Example, Limits.Sources) ?? [])
        {
            if (One(item) is not { } source)
            {
                continue;
            }

            if (sources.Any(s => s.Name == source.Name))
            {
                item.Report(ProblemCode.Repeated, $"the source '{source.Name}' is in the list twice", "keep one, or give it another name");
            }

            sources.Add(source);
        }

        return sources.ToImmutable();
    }

    private static MetricSourceSpec? One(Value item)
    {
        if (item.Mapping(Example) is not { } fields)
        {
            return null;
        }

        var name = fields.Required("name", "name: metrics")?.Name();
        var kinds = Kinds.Select(kind => (Kind: kind, Settings: fields.Optional(kind))).Where(k => k.Settings is not null).ToArray();
        fields.End();
        if (kinds.Length == 0)
        {
            item.Report(ProblemCode.MissingKey, "the source says no kind", $"write one of {string.Join(", ", Kinds)}, such as {Example}");
        }

        return fields.Exclude([.. Kinds]) && kinds is [var (kind, settings)] && name is not null ? new(name, kind, Settings(settings!.Value)) : null;
    }

    private static ImmutableSortedDictionary<string, string> Settings(Value value)
    {
        var settings = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        if (value.Scalar is not null || value.Node is not Node.Scalar)
        {
            Add(settings, "", value, value.Mapping("{ url: http://prometheus.example:9090 }"));
        }

        return settings.ToImmutable();
    }

    /// <summary>A mapping within becomes keys with a dot, a list JSON: settings are a flat row of texts.</summary>
    private static void Add(ImmutableSortedDictionary<string, string>.Builder settings, string prefix, Value owner, Fields? fields)
    {
        foreach (var key in fields?.Keys.ToArray() ?? [])
        {
            var value = fields!.Optional(key)!.Value;
            if (value.Node is Node.Mapping)
            {
                Add(settings, $"{prefix}{key}.", value, value.Mapping("a mapping"));
            }
            else if ((value.Node is Node.Sequence ? JsonSerializer.Serialize(value.Strings("[a, b]", v => v.Line("text"))) : value.Line("text")) is { } text)
            {
                if (Secret().IsMatch(key) && !Reference().IsMatch(text))
                {
                    value.Report(ProblemCode.SecretInTheClear, $"'{key}' is a secret, and the document is no place for one", "write the name of an environment variable of the server, such as ${API_KEY}");
                }

                settings[$"{prefix}{key}"] = text;
            }
        }
    }

    [GeneratedRegex("token|secret|password|authorization|(api|app|license|access|private|query)[-_]?key$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Secret();

    [GeneratedRegex(@"\$\{[A-Z_][A-Z0-9_]*\}", RegexOptions.CultureInvariant)]
    private static partial Regex Reference();
}
