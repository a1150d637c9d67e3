using System.Text.RegularExpressions;
using Slipway.Core.Configuration;

namespace Slipway.Server.Endpoints;

/// <summary>What callers may write into names.</summary>
internal static partial class Names
{
    public const int MostOfAPerson = 200;
    public const int MostOfAReason = 4000;

    public static bool IsVersion(string text) => Version().IsMatch(text);

    /// <summary>Someone has to ask; a reason may be left out.</summary>
    public static Problem? Asked(string? by, string? reason) => Missing(by) ?? TooLong("reason", reason);

    /// <summary>What people write is kept for ever, and so has a limit.</summary>
    public static Problem? TooLong(string what, string? text) =>
        text?.Length > MostOfAReason ? new Problem("SLIP0207", what, $"it has {text.Length} characters", $"use at most {MostOfAReason}") : null;

    /// <summary>A person and a reason are both needed.</summary>
    public static Problem? Missing(string? by, string? reason) =>
        Asked(by, reason) ?? (string.IsNullOrWhiteSpace(reason) ? new Problem("SLIP0207", "reason", "a reason is missing", "say why, with `--reason`") : null);

    public static Problem? Missing(string? by) => by switch
    {
        { Length: > MostOfAPerson } => new Problem("SLIP0207", "by", "the name is too long", $"use at most {MostOfAPerson} characters"),
        "slipway" => new Problem("SLIP0207", "by", "'slipway' is who decides when nobody asks", "say who asks, with `--by`"),
        _ when string.IsNullOrWhiteSpace(by) => new Problem("SLIP0207", "by", "a name is missing", "say who asks, with `--by`"),
        _ => null,
    };

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._+\-]{0,127}\z")]
    private static partial Regex Version();
}
