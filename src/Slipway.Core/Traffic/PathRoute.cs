namespace Slipway.Core.Traffic;

/// <summary>Requests of a service that are counted apart: those whose path is the prefix, or goes on behind it with a slash.</summary>
/// <param name="Name">How it is called in verdicts.</param>
/// <param name="Prefix">Whole segments of a path, such as <c>/api/search</c>, without a slash at the end. Of several that fit the longest counts.</param>
public sealed record PathRoute(string Name, string Prefix)
{
    /// <summary>So many a service at most: each is counted, kept and bet on by itself.</summary>
    public const int Most = 12;

    /// <summary>The route of every path that no other takes.</summary>
    public const string Other = "other";
}
