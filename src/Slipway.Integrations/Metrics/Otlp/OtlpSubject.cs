namespace Slipway.Integrations.Metrics.Otlp;

/// <summary>Whose exports are meant, by their resource attributes.</summary>
internal sealed class OtlpSubject
{
    private const string Any = "any";

    private readonly List<(string Attribute, string Value)> _wanted = [];

    public OtlpSubject(Asked asked)
    {
        var request = asked.Request;
        Want("service.name", Template.Fill(asked.Text("service") ?? "{{project}}", request, v => v));
        Want(asked.Text("versionAttribute") ?? "service.version", request.Subject.Version.Value);
        Want(asked.Text("environmentAttribute") ?? "deployment.environment.name", request.Subject.Environment.Name.Value);
    }

    /// <summary>Some processes of a metric, for people.</summary>
    public static string Others(IEnumerable<OtlpSeries> series) => string.Join(" and ", series.Select(s => s.Resource).Distinct()
        .Select(r => $"{{{string.Join(", ", r.Attributes.Where(a => a.Key is "service.name" or "service.version" || a.Key.StartsWith("deployment.", StringComparison.Ordinal)).Select(a => $"{a.Key}=\"{a.Value}\""))}}}").Distinct().Take(3));

    public bool Is(OtlpResource resource) => _wanted.All(w => resource.Attributes.GetValueOrDefault(w.Attribute) == w.Value);

    public override string ToString() => $"{{{string.Join(", ", _wanted.Select(w => $"{w.Attribute}=\"{w.Value}\""))}}}";

    /// <summary>'any' leaves it open, as a value and as the name of an attribute.</summary>
    private void Want(string attribute, string value)
    {
        if (attribute != Any && value != Any)
            _wanted.Add((attribute, value));
    }
}
