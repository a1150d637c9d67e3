using System.Text.Json;
using System.Text.RegularExpressions;
using Slipway.Core.Configuration;

namespace Slipway.Server.Tests.Configuration;

/// <summary>As much of JSON Schema as our schema uses, over YAML's tree. Throws at a keyword it does not know, so that none is passed over.</summary>
internal sealed class MiniSchema(JsonElement root)
{
    public bool Accepts(Node node) => Accepts(root, node);

    private bool Accepts(JsonElement schema, Node node) => schema.EnumerateObject().All(rule => Holds(schema, rule, node));

    private bool Holds(JsonElement schema, JsonProperty rule, Node node) => (rule.Name, node) switch
    {
        ("$schema" or "title" or "description" or "default" or "$defs", _) => true,
        ("$ref", _) => Accepts(root.GetProperty("$defs").GetProperty(rule.Value.GetString()!["#/$defs/".Length..]), node),
        ("type", _) => rule.Value.ValueKind == JsonValueKind.Array
            ? rule.Value.EnumerateArray().Any(t => IsA(t.GetString()!, node))
            : IsA(rule.Value.GetString()!, node),
        ("enum", _) => rule.Value.EnumerateArray().Any(v => node is Node.Scalar s && s.Text == v.GetString()),
        ("const", _) => node is Node.Scalar s && s.Text == rule.Value.GetString(),
        ("oneOf", _) => rule.Value.EnumerateArray().Count(s => Accepts(s, node)) == 1,
        ("anyOf", _) => rule.Value.EnumerateArray().Any(s => Accepts(s, node)),
        ("not", _) => !Accepts(rule.Value, node),
        ("required", Node.Mapping m) => rule.Value.EnumerateArray().All(k => m.Entries.Any(e => e.Key == k.GetString())),
        ("dependentRequired", Node.Mapping m) => rule.Value.EnumerateObject().All(d => m.Entries.All(e => e.Key != d.Name) || d.Value.EnumerateArray().All(k => m.Entries.Any(e => e.Key == k.GetString()))),
        ("properties", Node.Mapping m) => m.Entries.All(e => !rule.Value.TryGetProperty(e.Key, out var s) || Accepts(s, e.Value)),
        ("additionalProperties", Node.Mapping m) => m.Entries.All(e => IsNamed(schema, e.Key) || (rule.Value.ValueKind != JsonValueKind.False && Accepts(rule.Value, e.Value))),
        ("propertyNames", Node.Mapping m) => m.Entries.All(e => Accepts(rule.Value, new Node.Scalar(e.Place, e.Key, true))),
        ("minProperties", Node.Mapping m) => m.Entries.Length >= rule.Value.GetInt32(),
        ("maxProperties", Node.Mapping m) => m.Entries.Length <= rule.Value.GetInt32(),
        ("items", Node.Sequence l) => l.Items.All(i => Accepts(rule.Value, i)),
        ("minItems", Node.Sequence l) => l.Items.Length >= rule.Value.GetInt32(),
        ("maxItems", Node.Sequence l) => l.Items.Length <= rule.Value.GetInt32(),
        ("uniqueItems", Node.Sequence l) => l.Items.OfType<Node.Scalar>().Select(i => i.Text).Distinct().Count() == l.Items.Length,
        ("pattern", Node.Scalar s) => Regex.IsMatch(s.Text, rule.Value.GetString()!, RegexOptions.None, TimeSpan.FromSeconds(1)),
        ("maxLength", Node.Scalar s) => s.Text.Length <= rule.Value.GetInt32(),
        ("minimum", Node.Scalar s) => Number(s) >= rule.Value.GetDecimal(),
        ("maximum", Node.Scalar s) => Number(s) <= rule.Value.GetDecimal(),
        ("required" or "dependentRequired" or "properties" or "additionalProperties" or "propertyNames" or "minProperties" or "maxProperties" or "items" or "minItems"
            or "maxItems" or "uniqueItems" or "pattern" or "maxLength" or "minimum" or "maximum", _) => true,
        _ => throw new NotSupportedException($"the schema uses '{rule.Name}'; teach it to this class"),
    };

    private static bool IsNamed(JsonElement schema, string key) => schema.TryGetProperty("properties", out var named) && named.TryGetProperty(key, out _);

    private static bool IsA(string type, Node node) => type switch
    {
        "object" => node is Node.Mapping,
        "array" => node is Node.Sequence,
        "number" => node is Node.Scalar { Quoted: false } s && Number(s) is not null,
        "integer" => node is Node.Scalar { Quoted: false } s && Number(s) is { } n && decimal.IsInteger(n),
        "boolean" => node is Node.Scalar { Quoted: false, Text: "true" or "false" },
        "string" => node is Node.Scalar s && (s.Quoted || (Number(s) is null && s.Text is not ("" or "~" or "null" or "true" or "false"))),
        _ => throw new NotSupportedException($"the schema uses the type '{type}'; teach it to this class"),
    };

    private static decimal? Number(Node.Scalar scalar) =>
        decimal.TryParse(scalar.Text, System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : null;
}
