using System.Collections.Immutable;
using Slipway.Core.Projects;

namespace Slipway.Core.Configuration;

/// <summary>Reads a hook: <c>{ webhook: https://ci.example/smoke, secret: HOOK_KEY, timeout: 30s, retries: 3, undo: {...} }</c>, or <c>command:</c> in place of the webhook.</summary>
internal static class HookReader
{
    public const string Example = "{ webhook: https://ci.example/smoke } or { command: [./smoke, \"{version}\"] }";

    private const int MostRetries = 10;

    public static HookSpec? Read(Value value) => Read(value, mayUndo: true);

    /// <summary>A list of hooks, each with its own name.</summary>
    public static ImmutableArray<HookSpec> List(Value value) => [.. (value.Items($"[{Example}]") ?? []).Select(Read).OfType<HookSpec>()];

    private static HookSpec? Read(Value value, bool mayUndo)
    {
        if (value.Mapping(Example) is not { } fields)
        {
            return null;
        }

        var (webhook, command) = (fields.Optional("webhook"), fields.Optional("command"));
        var (name, secret) = (fields.Optional("name")?.Line("a name people recognise"), fields.Optional("secret") is { } s ? Secret(s) : null);
        var timeout = fields.Optional("timeout") is { } t ? Timeout(t) : TimeSpan.FromSeconds(30);
        var retries = fields.Optional("retries") is { } r ? r.Count(0, MostRetries) ?? 0 : 3;
        var bad = fields.Optional("bad")?.Word(("true", true), ("false", false)) ?? false;
        var undo = mayUndo && fields.Optional("undo") is { } u ? Read(u, mayUndo: false) : null;
        fields.End();
        if (!fields.Exclude("webhook", "command"))
        {
            return null;
        }

        if (webhook is null && command is null)
        {
            value.Report(ProblemCode.MissingKey, "the hook says neither 'webhook' nor 'command'", $"write {Example}");
            return null;
        }

        return Make(webhook, command, secret) is { } hook
            ? hook with { Name = name ?? hook.Name, Timeout = timeout, Retries = retries, FailureIsBad = bad, Undo = undo }
            : null;
    }

    private static HookSpec? Make(Value? webhook, Value? command, string? secret)
    {
        if (webhook is { } url)
        {
            return Url(url) is { } address ? new HookSpec.Webhook(address.ToString(), secret) { Name = address.Host } : null;
        }

        return CommandLineReader.Read(command!.Value, "command: ./smoke {version}") is [var program, ..] line
            ? new HookSpec.Command(line) { Name = program[(program.LastIndexOf('/') + 1)..] }
            : null;
    }

    private static Uri? Url(Value value)
    {
        if (value.Line("an address such as https://ci.example/smoke") is not { } text)
        {
            return null;
        }

        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.UserInfo.Length == 0)
        {
            return url;
        }

        value.Report(ProblemCode.BadValue, $"{value.Shown} is no address that can be called", "write a URL that begins with https:// or http:// and holds no password");
        return null;
    }

    /// <summary>The name of a variable, never the secret itself: documents are kept for ever and shown to everyone.</summary>
    private static string? Secret(Value value)
    {
        if (value.Line("the name of an environment variable of the server") is not { } name)
        {
            return null;
        }

        if (!char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
        {
            return name;
        }

        value.Report(ProblemCode.BadName, "the secret is no name of an environment variable", "write the name of a variable that the server has, such as HOOK_KEY; never the secret itself");
        return null;
    }

    private static TimeSpan Timeout(Value value)
    {
        if (value.PositiveDuration() is not { } time)
        {
            return TimeSpan.FromSeconds(30);
        }

        if (time > HookSpec.LongestTimeout)
        {
            value.Report(ProblemCode.OutOfRange, $"{value.Shown} is longer than a hook may take", "write at most 6h; what takes longer can tell its end with `slipway signal`");
        }

        return time;
    }
}
