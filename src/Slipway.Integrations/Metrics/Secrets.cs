using System.Text.RegularExpressions;

namespace Slipway.Integrations.Metrics;

/// <summary>Fills <c>${NAME}</c> with variables of the server, and takes what was filled in out of everything that is said afterwards.</summary>
internal sealed partial class Secrets(Func<string, string?> variable)
{
    /// <summary>Shorter ones are found by chance in any text; a secret is longer.</summary>
    private const int ShortestMasked = 4;

    private readonly Dictionary<string, string> _used = [];

    /// <summary>Names of the variables that the server does not have.</summary>
    public SortedSet<string> Missing { get; } = [];

    /// <summary>Whether the text refers to a variable instead of holding a secret itself.</summary>
    public static bool Refers(string text) => Reference().IsMatch(text);

    /// <summary>The variables that a text refers to.</summary>
    public static IEnumerable<string> Named(string text) => Reference().Matches(text).Select(m => m.Groups[1].Value);

    public string Fill(string text) => Reference().Replace(text, match =>
    {
        var name = match.Groups[1].Value;
        if (variable(name) is not { Length: > 0 } value)
        {
            Missing.Add(name);
            return "";
        }

        _used[name] = value;
        return value;
    });

    /// <summary>The text with every secret replaced by the reference to it.</summary>
    public string Mask(string text) =>
        _used.Where(s => s.Value.Length >= ShortestMasked).OrderByDescending(s => s.Value.Length)
            .Aggregate(text, (masked, secret) => masked.Replace(secret.Value, $"${{{secret.Key}}}", StringComparison.Ordinal));

    [GeneratedRegex(@"\$\{([A-Za-z_][A-Za-z0-9_]*)\}", RegexOptions.CultureInvariant)]
    private static partial Regex Reference();
}
