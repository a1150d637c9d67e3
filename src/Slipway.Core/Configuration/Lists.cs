using System.Collections.Immutable;

namespace Slipway.Core.Configuration;

/// <summary>Lists of plain values, each only once.</summary>
internal static class Lists
{
    /// <summary>The entries that could be read; what could not is told.</summary>
    public static ImmutableArray<string> Strings(this Value list, string example, Func<Value, string?> read)
    {
        var texts = ImmutableArray.CreateBuilder<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in list.Items(example) ?? [])
        {
            if (read(item) is not { } text)
            {
                continue;
            }

            if (seen.Add(text))
            {
                texts.Add(text);
            }
            else
            {
                item.Report(ProblemCode.Repeated, $"{item.Shown} is in the list twice", "remove it");
            }
        }

        return texts.ToImmutable();
    }

    /// <summary>As <see cref="Strings"/>, and an empty list is a problem.</summary>
    public static ImmutableArray<string> AtLeastOne(this Value list, string example, Func<Value, string?> read)
    {
        if (list.Node is Node.Sequence { Items.Length: 0 })
        {
            list.Report(ProblemCode.BadValue, "the list is empty", $"write {example}, or leave the key out");
        }

        return list.Strings(example, read);
    }
}
