using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Slipway.Core.Configuration;

/// <summary>A node on its way to become something: knows its path, and tells what is wrong with it.</summary>
internal readonly record struct Value
{
    private readonly Findings findings;

    public Value(Node node, string path, Findings findings)
    {
        Node = node;
        Path = path;
        this.findings = findings;
        findings.Remember(path, new Source(node.Place, path));
    }

    public Node Node { get; }

    public string Path { get; }

    public Findings Findings => findings;

    /// <summary>The text of a plain value; null for mappings and lists and when nothing is written.</summary>
    public string? Scalar => Node is Node.Scalar scalar && !IsNothing(scalar) ? scalar.Text : null;

    /// <summary>The value as a message shows it: quoted, on one line, not endless.</summary>
    public string Shown => Node switch
    {
        Node.Mapping => "a mapping",
        Node.Sequence => "a list",
        Node.Scalar scalar when IsNothing(scalar) => "nothing",
        Node.Scalar scalar => Quote(scalar.Text),
        _ => "this",
    };

    public void Report(string code, string message, string remedy) => findings.Add(code, new Source(Node.Place, Path), message, remedy);

    public Fields? Mapping(string example)
    {
        if (Node is Node.Mapping mapping)
        {
            return new Fields(this, mapping);
        }

        Report(ProblemCode.WrongKind, $"{Shown} stands where a mapping is wanted", $"write {example}");
        return null;
    }

    /// <summary>The entries of a list; null, and told, when it is none or has too many.</summary>
    public ImmutableArray<Value>? Items(string example, int limit = Limits.Items)
    {
        if (Node is not Node.Sequence sequence)
        {
            Report(ProblemCode.WrongKind, $"{Shown} stands where a list is wanted", $"write {(Scalar is { } text ? $"[{Shorten(text)}]" : example)}");
            return null;
        }

        if (sequence.Items.Length > limit)
        {
            Report(ProblemCode.TooMuch, $"the list has {sequence.Items.Length} entries", $"keep it to {limit}");
            return null;
        }

        var at = this;
        return [.. sequence.Items.Select((item, i) => new Value(item, $"{at.Path}[{i}]", at.findings))];
    }

    /// <summary>A plain value's text; null, and told, when it is none.</summary>
    public string? Text(string example)
    {
        if (Scalar is null)
        {
            Report(ProblemCode.WrongKind, $"{Shown} stands where a plain value is wanted", $"write {example}");
        }

        return Scalar;
    }

    public static string Quote(string text) => $"'{Shorten(text)}'";

    /// <summary>One line of at most 60 characters, without control characters: it goes to terminals and logs.</summary>
    public static string Shorten(string text)
    {
        var shown = new StringBuilder();
        foreach (var rune in text.EnumerateRunes().Take(61))
        {
            shown.Append(shown.Length >= 60 ? "…" : Rune.IsControl(rune) || Rune.GetUnicodeCategory(rune) == UnicodeCategory.Format ? "?" : rune.ToString());
        }

        return shown.ToString();
    }

    private static bool IsNothing(Node.Scalar scalar) => !scalar.Quoted && (scalar.Text is "" or "~" or "null" or "Null" or "NULL");
}
