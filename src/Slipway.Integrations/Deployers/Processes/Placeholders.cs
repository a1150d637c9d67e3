using System.Globalization;
using System.Text.RegularExpressions;

namespace Slipway.Integrations.Deployers.Processes;

/// <summary>Fills in <c>{port}</c>, <c>{artifact}</c> and <c>{version}</c>, once: what was filled in is not looked at again.</summary>
internal static partial class Placeholders
{
    public static string Fill(string text, int port, string artifact, string version) =>
        Placeholder().Replace(text, match => match.Value switch
        {
            "{port}" => port.ToString(CultureInfo.InvariantCulture),
            "{artifact}" => artifact,
            _ => version,
        });

    [GeneratedRegex(@"\{(port|artifact|version)\}", RegexOptions.CultureInvariant)]
    private static partial Regex Placeholder();
}
