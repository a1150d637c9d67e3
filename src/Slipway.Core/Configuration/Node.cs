using System.Collections.Immutable;

namespace Slipway.Core.Configuration;

/// <summary>A configuration document as a tree that remembers where each thing stood, whatever format it was written in.</summary>
public abstract record Node(Place Place)
{
    public sealed record Scalar(Place Place, string Text, bool Quoted) : Node(Place);

    public sealed record Sequence(Place Place, ImmutableArray<Node> Items) : Node(Place);

    public sealed record Mapping(Place Place, ImmutableArray<Entry> Entries) : Node(Place);

    /// <summary>One key of a mapping, at the place of the key.</summary>
    public sealed record Entry(Place Place, string Key, Node Value);
}

/// <summary>A file, a line and a column (both from 1).</summary>
public readonly record struct Place(string File, int Line, int Column)
{
    public override string ToString() => $"{File}:{Line}:{Column}";
}
