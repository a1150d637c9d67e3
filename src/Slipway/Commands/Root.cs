using System.CommandLine;
using Slipway.Analysing;
using Slipway.Demo;
using Slipway.Keeping;
using Slipway.Serving;
using Slipway.Simulating;

namespace Slipway.Commands;

/// <summary>Every command, in the order in which <c>slipway --help</c> shows them.</summary>
internal static class Root
{
    public static RootCommand Make(CliContext cli)
    {
        RootCommand root = new("Slipway takes releases through dogfood, canary and a gradual rollout to everyone, and takes bad ones back.");
        foreach (var option in Globals.All)
            root.Options.Add(option);
        foreach (var command in Commands(cli))
            root.Subcommands.Add(command);
        return root;
    }

    private static IEnumerable<Command> Commands(CliContext cli) =>
    [
        DemoCommand.Make(cli),
        ServerCommand.Make(cli),
        GatewayCommand.Make(cli),
        ApplyCommand.Make(cli),
        ProjectCommands.Make(cli),
        EnvironmentCommands.Make(cli),
        ReleaseCommands.Make(cli),
        BringingCommands.Deploy(cli),
        BringingCommands.Promote(cli),
        DecidingCommands.Approve(cli),
        DecidingCommands.Reject(cli),
        DecidingCommands.Signal(cli),
        DecidingCommands.Pause(cli),
        DecidingCommands.Resume(cli),
        ReturningCommands.Abort(cli),
        ReturningCommands.Rollback(cli),
        BringingCommands.Retry(cli),
        QueueCommands.Cancel(cli),
        QueueCommands.Hold(cli),
        QueueCommands.Unhold(cli),
        ActionsCommand.Make(cli),
        FreezeCommands.Freeze(cli),
        FreezeCommands.Line(cli),
        DriftCommands.Make(cli),
        StatusCommand.Make(cli),
        WatchCommand.Make(cli),
        ExplainCommand.Make(cli),
        EventsCommand.Make(cli),
        PlanCommand.Make(cli),
        SimulateCommand.Make(cli),
        ReplayCommand.Make(cli),
        AnalysisCommands.Make(cli),
        KeepingCommands.Backup(cli),
        KeepingCommands.Restore(cli),
        KeepingCommands.Migrate(cli),
        PruneCommand.Make(cli),
        DoctorCommand.Make(cli),
        CompletionCommand.Make(cli),
        SampleShopCommand.Make(),
    ];
}
