using System.Collections.Immutable;

namespace Slipway.Core.Configuration;

/// <summary>Where something of the project stood in the document; no place when it came from nowhere.</summary>
internal readonly record struct Source(Place? Place, string Path)
{
    public override string ToString() => Place is { } place ? $"{place} {Path}".TrimEnd() : Path;
}

/// <summary>
/// Collects problems while a document is read, and remembers where each path of the project came from, so that rules over the whole
/// project can point at it. A path of the project can stand elsewhere in the document: an inherited strategy is in the defaults.
/// </summary>
internal sealed class Findings
{
    private readonly Dictionary<string, Source> sources = [];
    private readonly List<(Source Source, Problem Problem)> found = [];
    private readonly HashSet<Problem> seen = [];

    public bool Any => found.Count > 0;

    public void Remember(string path, Source source) => sources[path] = source;

    /// <summary>Adds a problem once: what several environments inherit is read for each of them.</summary>
    public void Add(string code, Source source, string message, string remedy)
    {
        var problem = new Problem(code, source.ToString(), message, remedy);
        if (seen.Add(problem))
        {
            found.Add((source, problem));
        }
    }

    public void Add(string code, string path, string message, string remedy) => Add(code, Find(path), message, remedy);

    /// <summary>Whether anything at or below this path could not be read; rules about it would only tell follow-up problems.</summary>
    public bool IsBroken(string path)
    {
        var prefix = sources.TryGetValue(path, out var source) ? source.Path : path;
        return found.Exists(f => IsWithin(f.Source.Path, prefix));
    }

    /// <summary>Where a path of the project stood, or the nearest thing around it that stood anywhere.</summary>
    public Source Find(string path)
    {
        for (var p = path; ; p = p[..Math.Max(0, p.LastIndexOfAny(['.', '[', '#']))])
        {
            if (sources.TryGetValue(p, out var source))
            {
                return source;
            }

            if (p.Length == 0)
            {
                return new Source(null, path);
            }
        }
    }

    public ImmutableArray<Problem> ToProblems()
    {
        var inOrder = found.OrderBy(f => f.Source.Place?.Line ?? 0).ThenBy(f => f.Source.Place?.Column ?? 0).Select(f => f.Problem);
        var left = found.Count - Limits.Problems;
        return left <= 0
            ? [.. inOrder]
            : [.. inOrder.Take(Limits.Problems), new Problem(ProblemCode.TooMuch, "", $"{left} more problems are not shown", "mend these first")];
    }

    private static bool IsWithin(string path, string prefix) =>
        path.StartsWith(prefix, StringComparison.Ordinal) && (path.Length == prefix.Length || prefix.Length == 0 || path[prefix.Length] is '.' or '[' or '#');
}
