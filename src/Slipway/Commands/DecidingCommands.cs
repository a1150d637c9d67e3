using System.CommandLine;
using Slipway.Api;

namespace Slipway.Commands;

/// <summary>Commands that answer or stop what is under way: approve, reject, pause, resume, signal.</summary>
internal static class DecidingCommands
{
    public static Command Approve(CliContext cli) => Acting.Simple(cli, "approve", "Approve what waits for an approval.");

    public static Command Reject(CliContext cli) => Acting.Simple(cli, "reject", "Refuse what waits for an approval; it goes back.");

    public static Command Pause(CliContext cli) => Acting.Simple(cli, "pause", "Stop at the present step, with traffic as it is.");

    public static Command Resume(CliContext cli) => Acting.Simple(cli, "resume", "Go on after a pause.");

    public static Command Signal(CliContext cli)
    {
        Argument<string> name = new("name") { HelpName = "NAME", Description = "Which signal: the name that a signal step waits for." };
        Argument<string> word = new("word") { HelpName = "pass|fail", Description = "Yes or no. A no takes the release back, whichever step it is at." };
        word.AcceptOnlyFromAmong("pass", "fail");
        var reason = Acting.Reason();
        return Acting.Make(cli, new Command("signal", "Tell a rollout what something outside says: yes, or no.") { name, word, reason }, s => new SignalRequest(s.Get(name)!, s.Get(word) == "pass", s.By, s.Get(reason)));
    }
}
