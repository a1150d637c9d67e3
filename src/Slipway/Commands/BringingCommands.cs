using System.CommandLine;
using Slipway.Api;

namespace Slipway.Commands;

/// <summary>Commands that bring a release in: deploy, promote, retry.</summary>
internal static class BringingCommands
{
    public static Command Deploy(CliContext cli)
    {
        Argument<string> version = new("version") { HelpName = "VERSION", Description = "The release." };
        Option<bool> force = new("--force") { Description = "Skip the promotion graph; needs --reason. Never deploys what is flagged bad." };
        Option<bool> supersede = new("--supersede") { Description = "Take back what is under way first, whatever the environment's policy says." };
        var spite = OverrideFreeze();
        var reason = Acting.Reason();
        Command command = new("deploy", "Bring a release into an environment: at once, or when it is its turn.") { version, force, supersede, spite, reason };
        NeedsReason(command, force, reason);
        NeedsReason(command, spite, reason);
        return Acting.Make(cli, command, s => new DeployActionRequest(s.Get(version)!, s.By, s.Get(reason), s.Get(force), s.Get(spite), s.Get(supersede)), WaitFor.Success);
    }

    public static Command Promote(CliContext cli)
    {
        Option<bool> full = new("--full") { Description = "Skip the rest of the steps, but no approval and no hook." };
        var spite = OverrideFreeze();
        var reason = Acting.Reason();
        Command command = new("promote", "Go on without waiting; with nothing under way, bring in the newest eligible release.") { full, spite, reason };
        NeedsReason(command, spite, reason);
        return Acting.Make(cli, command, s => new PromoteRequest(s.By, s.Get(reason), s.Get(full), s.Get(spite)), WaitFor.Success);
    }

    public static Command Retry(CliContext cli) => Acting.Simple(cli, "retry", "Do again what went back.", WaitFor.Success);

    private static Option<bool> OverrideFreeze() => new("--override-freeze") { Description = "Begin although a window is closed; needs --reason." };

    private static void NeedsReason(Command command, Option<bool> option, Option<string?> reason) => command.Validators.Add(result =>
    {
        if (result.GetValue(option) && string.IsNullOrWhiteSpace(result.GetValue(reason)))
            result.AddError($"{option.Name} needs a --reason: it is kept with the deployment.");
    });
}
