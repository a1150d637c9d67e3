using System.Globalization;
using Slipway.Core.Analysis;

namespace Slipway.Integrations.Metrics;

/// <summary>What one setting of a source may hold.</summary>
/// <param name="Key">As written in the document; keys of a mapping are joined by a dot. One that ends with a dot stands for every key below it.</param>
/// <param name="Wrong">What is wrong with a value, to be read after the value; null when nothing is.</param>
internal sealed record Setting(string Key, Func<string, string?> Wrong)
{
    public bool Required { get; init; }

    /// <summary>Whether it must be a reference to a variable of the server.</summary>
    public bool Secret { get; init; }

    public static Setting Text(string key) => new(key, _ => null);

    public static Setting Duration(string key, TimeSpan least, TimeSpan most) => new(key, text => Durations.Parse(text) is not { } duration
        ? "is no duration; write one such as 10s or 1m30s"
        : duration < least || duration > most ? $"is out of range; write {Durations.Words(least)} to {Durations.Words(most)}" : null);

    public static Setting Number(string key, long least, long most) => new(key, text =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? null : string.Create(CultureInfo.InvariantCulture, $"is no number from {least} to {most}"));

    public static Setting Choice(string key, params string[] words) => new(key, text => words.Contains(text, StringComparer.Ordinal) ? null : $"is not known; write {string.Join(" or ", words)}");

    /// <summary>An http or https address. Who asks is said in headers: in an address it would be shown wherever the address is.</summary>
    public static Setting Address(string key) => new(key, text => !Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https")
        ? "is no address; write one such as https://metrics.example"
        : address.UserInfo.Length > 0 ? "has a user in it; use username and password, or a header" : null);
}

/// <summary>The settings that a kind of source knows.</summary>
internal sealed class SettingTable(params Setting[] settings)
{
    /// <summary>How long one measurement may take. Every source has it.</summary>
    public static Setting Timeout { get; } = Setting.Duration("timeout", TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(5));

    /// <summary>The first thing that is wrong with a source's settings, in words for people; null when nothing is.</summary>
    public string? Refuses(MetricSourceSpec source)
    {
        foreach (var (key, text) in source.Settings)
        {
            if (Find(key) is not { } setting)
                return $"'{key}' is no setting of a {source.Kind} source; it has {string.Join(", ", settings.Select(s => s.Key.EndsWith('.') ? $"{s.Key}…" : s.Key))}";
            if (IsSecret(setting, key) && !Secrets.Refers(text))
                return $"'{key}' holds its secret in the clear; put it into a variable of the server and write ${{NAME}}";
            if (!Secrets.Refers(text) && setting.Wrong(text) is { } wrong)
                return $"'{key}: {text}' {wrong}";
        }

        return settings.FirstOrDefault(s => s.Required && !source.Settings.ContainsKey(s.Key)) is { } missing ? $"'{missing.Key}' is missing" : null;
    }

    /// <summary>What is wrong with a value whose references were filled in. The value is not repeated: it may be a secret.</summary>
    public string? Refuses(string key, string filled) => Find(key)?.Wrong(filled) is { } wrong ? $"'{key}' {wrong}" : null;

    private static bool IsSecret(Setting setting, string key) =>
        setting.Secret || (setting.Key == "headers." && (key.Contains("auth", StringComparison.OrdinalIgnoreCase) || key.Contains("key", StringComparison.OrdinalIgnoreCase) || key.Contains("token", StringComparison.OrdinalIgnoreCase) || key.Contains("cookie", StringComparison.OrdinalIgnoreCase)));

    private Setting? Find(string key) => settings.FirstOrDefault(s => s.Key == key || (s.Key.EndsWith('.') && key.StartsWith(s.Key, StringComparison.Ordinal) && key.Length > s.Key.Length));
}
