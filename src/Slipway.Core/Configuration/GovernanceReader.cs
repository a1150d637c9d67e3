using System.Collections.Immutable;
using Slipway.Core.Governance;

namespace Slipway.Core.Configuration;

/// <summary>Reads the freeze windows of a whole installation: a document with <c>freezes:</c> alone, each of which may name a <c>project:</c>.</summary>
public static class GovernanceReader
{
    /// <summary>The windows, or everything that is wrong with the document; never both.</summary>
    public static (ImmutableArray<FreezeWindow> Windows, ImmutableArray<Problem> Problems) Read(Node root)
    {
        ArgumentNullException.ThrowIfNull(root);
        var findings = new Findings();
        ImmutableArray<FreezeWindow> windows = [];
        if (new Value(root, "", findings).Mapping("freezes: [...]") is { } fields)
        {
            windows = fields.Required("freezes", "freezes: []") is { } list ? FreezeReader.Read(list, null) : [];
            fields.End();
        }

        foreach (var twice in windows.Where(w => w.Name.Value.Length > 0).GroupBy(w => w.Name).Where(g => g.Count() > 1))
            findings.Add(ProblemCode.DuplicateFreeze, "freezes", $"there are two freezes named '{twice.Key}'", "give one of them another name");
        return findings.Any ? ([], findings.ToProblems()) : ([.. windows], [.. windows.SelectMany(w => FreezeRules.Check(w))]);
    }
}
