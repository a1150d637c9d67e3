using System.CommandLine;
using Slipway.Terminal;

namespace Slipway.Commands;

/// <summary><c>--wait</c> and <c>--timeout</c>.</summary>
internal sealed class WaitOptions
{
    private readonly Option<bool> _wait = new("--wait") { Description = "Follow the deployment until it ended; the exit code tells how." };
    private readonly Option<TimeSpan?> _timeout = new("--timeout") { HelpName = "DURATION", Description = "With --wait: stop following after this time, such as 90s, 10m or 1h30m (exit code 6); the deployment goes on.", CustomParser = Parse };

    /// <param name="dryRun">With it there is nothing to wait for.</param>
    public static WaitOptions AddTo(Command command, Option<bool> dryRun)
    {
        WaitOptions options = new();
        command.Options.Add(options._wait);
        command.Options.Add(options._timeout);
        command.Validators.Add(result =>
        {
            if (result.GetResult(options._timeout) is not null && !result.GetValue(options._wait))
                result.AddError("--timeout has a meaning only with --wait.");
            if (result.GetValue(options._wait) && result.GetValue(dryRun))
                result.AddError("--dry-run does nothing that could be waited for: leave --wait out.");
        });
        return options;
    }

    /// <summary>How long to follow; null: not at all.</summary>
    public TimeSpan? Limit(Session session) => session.Get(_wait) ? session.Get(_timeout) ?? TimeSpan.MaxValue : null;

    private static TimeSpan? Parse(System.CommandLine.Parsing.ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (Figures.ParseDuration(text) is { } duration)
            return duration;
        result.AddError($"'{text}' is no duration; write it like 90s, 10m or 1h30m.");
        return null;
    }
}
