using System.Collections.Immutable;
using Slipway.Core.Configuration;

namespace Slipway.Simulation;

/// <summary>Reads what a strategy is tried on: a whole project document, or a part of one (strategy, checks, onFail and so on) with a project made around it.</summary>
public static class DocumentReader
{
    private static readonly ImmutableHashSet<string> WholeDocument = ["project", "environments"];

    public static ReadResult Read(Node root)
    {
        ArgumentNullException.ThrowIfNull(root);
        return root is Node.Mapping mapping && !mapping.Entries.Any(e => WholeDocument.Contains(e.Key)) ? ProjectReader.Read(Around(mapping)) : ProjectReader.Read(root);
    }

    private static Node.Mapping Around(Node.Mapping part)
    {
        var place = part.Place;
        Node.Mapping environment = part with
        {
            Entries =
            [
                .. Missing(part, "name", new Node.Scalar(place, "production", false)),
                .. Missing(part, "slice", new Node.Scalar(place, "rest", false)),
                .. Missing(part, "deploy", Map(place, ("process", Map(place, ("command", new Node.Scalar(place, "./simulated", false)))))),
                .. part.Entries,
            ],
        };
        return Map(place,
            ("project", new Node.Scalar(place, "simulated", false)),
            ("service", Map(place, ("host", new Node.Scalar(place, "simulated.example", false)))),
            ("environments", new Node.Sequence(place, [environment])));
    }

    private static IEnumerable<Node.Entry> Missing(Node.Mapping part, string key, Node value) => part.Entries.Any(e => e.Key == key) ? [] : [new Node.Entry(part.Place, key, value)];

    private static Node.Mapping Map(Place place, params (string Key, Node Value)[] entries) => new(place, [.. entries.Select(e => new Node.Entry(place, e.Key, e.Value))]);
}
