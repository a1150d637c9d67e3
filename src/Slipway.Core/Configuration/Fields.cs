namespace Slipway.Core.Configuration;

/// <summary>The keys of a mapping. Whoever reads it asks for each key it knows; <see cref="End"/> refuses the others.</summary>
internal sealed class Fields
{
    private readonly Value owner;
    private readonly Dictionary<string, Node.Entry> entries = [];
    private readonly HashSet<string> asked = [];

    public Fields(Value owner, Node.Mapping mapping)
    {
        this.owner = owner;
        foreach (var entry in mapping.Entries)
        {
            if (!entries.TryAdd(entry.Key, entry))
            {
                Report(entry, ProblemCode.DuplicateKey, $"{Value.Quote(entry.Key)} is written twice", $"keep one; the first is on line {entries[entry.Key].Place.Line}");
            }
        }
    }

    public IEnumerable<string> Keys => entries.Keys;

    public bool Has(string key) => entries.ContainsKey(key);

    public Value? Optional(string key)
    {
        asked.Add(key);
        return entries.TryGetValue(key, out var entry) ? new Value(entry.Value, PathOf(key), owner.Findings) : null;
    }

    public Value? Required(string key, string example)
    {
        var value = Optional(key);
        if (value is null)
        {
            owner.Report(ProblemCode.MissingKey, $"the key {Value.Quote(key)} is missing", $"add {example}");
        }

        return value;
    }

    /// <summary>Tells when more than one of these stands here.</summary>
    public bool Exclude(params string[] keys)
    {
        var present = keys.Where(Has).ToArray();
        if (present.Length <= 1)
        {
            return true;
        }

        owner.Report(ProblemCode.ChooseOne, $"{string.Join(" and ", present.Select(Value.Quote))} cannot stand together", "keep one of them");
        return false;
    }

    /// <summary>Refuses every key that nobody asked for.</summary>
    public void End()
    {
        foreach (var entry in entries.Values.Where(e => !asked.Contains(e.Key)))
        {
            Report(entry, ProblemCode.UnknownKey, $"{Value.Quote(entry.Key)} is no key of this mapping", Nearest.Advice(entry.Key, asked));
        }
    }

    private void Report(Node.Entry entry, string code, string message, string remedy) =>
        owner.Findings.Add(code, new Source(entry.Place, PathOf(entry.Key)), message, remedy);

    private string PathOf(string key) => owner.Path.Length == 0 ? Value.Shorten(key) : $"{owner.Path}.{Value.Shorten(key)}";
}
