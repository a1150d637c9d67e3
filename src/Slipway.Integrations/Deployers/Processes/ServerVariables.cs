using System.Collections;

namespace Slipway.Integrations.Deployers.Processes;

/// <summary>The variables this server was started with.</summary>
internal static class ServerVariables
{
    public static IReadOnlyDictionary<string, string> All =>
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(e => (string)e.Key, e => (string?)e.Value ?? "", StringComparer.Ordinal);
}
