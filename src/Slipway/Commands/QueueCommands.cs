using System.CommandLine;
using Slipway.Api;

namespace Slipway.Commands;

/// <summary>Commands about what comes in later: cancel, hold, unhold.</summary>
internal static class QueueCommands
{
    public static Command Cancel(CliContext cli)
    {
        Option<string?> candidate = new("--candidate") { HelpName = "VERSION", Description = "What shall not begin; everything that waits when left out." };
        var reason = Acting.Reason();
        return Acting.Make(cli, new Command("cancel", "Take what waits out of an environment's queue.") { candidate, reason }, s => new CancelRequest(s.By, s.Get(reason), s.Get(candidate)));
    }

    public static Command Hold(CliContext cli) => Acting.Simple(cli, "hold", "Let nothing come in by itself any more.");

    public static Command Unhold(CliContext cli) => Acting.Simple(cli, "unhold", "Let releases come in by themselves again.");
}
