namespace Slipway.Core.Configuration;

/// <summary>Guesses which known word a person meant.</summary>
internal static class Nearest
{
    /// <summary>What to do about an unknown word: the nearest known one, or all of them.</summary>
    public static string Advice(string word, IEnumerable<string> known)
    {
        var sorted = known.Order(StringComparer.Ordinal).ToArray();
        return To(word, sorted) is { } near ? $"did you mean '{near}'?" : sorted.Length == 0 ? "remove it" : $"use one of: {string.Join(", ", sorted)}";
    }

    /// <summary>The known word with the fewest edits between, when that is at most a third of the longer one.</summary>
    public static string? To(string word, IReadOnlyCollection<string> known)
    {
        if (word.Length is 0 or > 64)
        {
            return null;
        }

        var best = known.Select(k => (Word: k, Edits: Edits(word, k))).OrderBy(k => k.Edits).FirstOrDefault();
        return best.Word is not null && best.Edits <= Math.Max(1, Math.Max(word.Length, best.Word.Length) / 3) ? best.Word : null;
    }

    /// <summary>Insertions, deletions, replacements and swaps of neighbours (optimal string alignment distance), ignoring case.</summary>
    internal static int Edits(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            d[i, 0] = i;
        }

        for (var j = 0; j <= b.Length; j++)
        {
            d[0, j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var replace = d[i - 1, j - 1] + (Same(a[i - 1], b[j - 1]) ? 0 : 1);
                d[i, j] = Math.Min(replace, Math.Min(d[i - 1, j], d[i, j - 1]) + 1);
                if (i > 1 && j > 1 && Same(a[i - 1], b[j - 2]) && Same(a[i - 2], b[j - 1]))
                {
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
                }
            }
        }

        return d[a.Length, b.Length];
    }

    private static bool Same(char a, char b) => char.ToLowerInvariant(a) == char.ToLowerInvariant(b);
}
