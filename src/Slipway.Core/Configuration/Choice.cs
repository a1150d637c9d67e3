namespace Slipway.Core.Configuration;

/// <summary>One of several kinds, as a bare word (<c>check</c>) or as a mapping of one key (<c>{ check: { within: 10m } }</c>).</summary>
/// <param name="Name">Which kind.</param>
/// <param name="Options">What stands behind it; null for a bare word.</param>
internal sealed record Choice(string Name, Value? Options)
{
    public static Choice? Read(Value value, IEnumerable<string> known, string example)
    {
        if (value.Scalar is { } word)
        {
            if (known.Contains(word, StringComparer.Ordinal))
            {
                return new Choice(word, null);
            }

            value.Report(ProblemCode.UnknownWord, $"{value.Shown} cannot stand here", Nearest.Advice(word, known));
            return null;
        }

        if (value.Mapping(example) is not { } fields)
        {
            return null;
        }

        var present = known.Select(name => (Name: name, Options: fields.Optional(name))).Where(c => c.Options is not null).ToArray();
        fields.End();
        if (!fields.Keys.Any())
        {
            value.Report(ProblemCode.MissingKey, "the mapping is empty", $"write {example}");
        }

        return fields.Exclude([.. known]) && present.Length == 1 ? new Choice(present[0].Name, present[0].Options) : null;
    }
}
