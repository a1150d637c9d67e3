using System.CommandLine;
using Slipway.Api;

namespace Slipway.Commands;

/// <summary>Commands that take a release back out: abort, rollback.</summary>
internal static class ReturningCommands
{
    public static Command Abort(CliContext cli) => Acting.Simple(cli, "abort", "Take the release that comes in back out; says nothing about it.", WaitFor.Return);

    public static Command Rollback(CliContext cli)
    {
        Option<string?> to = new("--to") { HelpName = "VERSION", Description = "A good release; the last good one when left out." };
        var reason = Acting.Reason();
        return Acting.Make(cli, new Command("rollback", "Return to the last good release now.") { to, reason }, s => new RollbackRequest(s.By, s.Get(reason), s.Get(to)), WaitFor.Return);
    }
}
