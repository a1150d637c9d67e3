using System.CommandLine;
using Slipway.Commands;
using Slipway.Demo.Load;
using Slipway.Terminal;

namespace Slipway.Demo;

/// <summary><c>slipway demo</c>: the whole story on real processes and real traffic.</summary>
internal static class DemoCommand
{
    private const double EmployeeShare = 0.1;

    private static readonly Option<string> WhichFault = new("--fault") { HelpName = "KIND", Description = "What is wrong with 1.2.0: errors, latency, crash, outage or none.", DefaultValueFactory = _ => "errors" };
    private static readonly Option<double?> Rate = new("--fault-rate") { HelpName = "SHARE", Description = "Share of the requests on /cart that the fault hits, 0 to 1. Default: errors 0.03, latency 0.3." };
    private static readonly Option<string> BadAt = new("--bad-at") { HelpName = "ENVIRONMENT", Description = "Where the fault begins to show: dogfood, canary or production.", DefaultValueFactory = _ => "canary" };
    private static readonly Option<int> Seed = new("--seed") { HelpName = "N", Description = "The same seed makes the same users, arrivals and routes.", DefaultValueFactory = _ => 1 };
    private static readonly Option<bool> Fast = new("--fast") { Description = "Shorter holds and smaller samples." };
    private static readonly Option<bool> Keep = new("--keep") { Description = "Leave it running until Ctrl-C, to play with." };

    public static Command Make(CliContext cli)
    {
        WhichFault.AcceptOnlyFromAmong([.. Enum.GetNames<Fault>().Select(n => n.ToLowerInvariant())]);
        BadAt.AcceptOnlyFromAmong([.. DemoFiles.Environments]);
        Command command = new("demo", "See a good release go to everyone and a bad one rolled back, on real processes and real traffic.") { WhichFault, Rate, BadAt, Seed, Fast, Keep };
        command.SetAction((parsed, cancellationToken) => RunAsync(Options(parsed), cli, cancellationToken));
        return command;
    }

    private static DemoOptions Options(ParseResult parsed) => new()
    {
        Fault = Enum.Parse<Fault>(parsed.GetValue(WhichFault)!, ignoreCase: true),
        FaultRate = parsed.GetValue(Rate) is not { } rate || rate is >= 0 and <= 1 ? parsed.GetValue(Rate) : throw Refusal.Usage("--fault-rate", $"{rate} is no share", "give 0 to 1, such as 0.03"),
        BadAt = parsed.GetValue(BadAt)!,
        Seed = parsed.GetValue(Seed),
        Fast = parsed.GetValue(Fast),
        Keep = parsed.GetValue(Keep),
        Json = Globals.IsJson(parsed),
    };

    private static async Task<int> RunAsync(DemoOptions options, CliContext cli, CancellationToken cancellationToken)
    {
        var home = Directory.CreateTempSubdirectory("slipway-demo-").FullName;
        try
        {
            await using var server = await DemoServer.StartAsync(Path.Combine(home, "data"), cancellationToken);
            var report = await TellAsync(options, server, new DemoFiles(home, options), cli, cancellationToken);
            return (int)(report.Ok ? ExitCode.Ok : ExitCode.Failed);
        }
        catch (DemoException e)
        {
            throw new Refusal(ExitCode.Failed, new Api.ProblemItem("SLIP0801", "demo", e.Message, "run it again; `slipway server` on its own may say more"));
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }

    private static async Task<DemoReport> TellAsync(DemoOptions options, DemoServer server, DemoFiles files, CliContext cli, CancellationToken cancellationToken)
    {
        TrafficLedger ledger = new(options.Users);
        LoadOptions traffic = new() { Target = server.Gateway, Host = DemoFiles.Host, RequestsPerSecond = options.RequestsPerSecond, Users = options.Users, EmployeeShare = EmployeeShare, Seed = options.Seed, Duration = TimeSpan.FromHours(12), MaxRequests = long.MaxValue };
        using LoadGenerator load = new(traffic, ledger, cli.Time);
        DemoWitness witness = new(server.Client, ledger, DemoRun.Bad);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watching = witness.RunAsync(over.Token);
        DemoScreen screen = new(options, server, ledger, load, witness, cli);
        var report = await screen.RunAsync(async (say, show, finish) =>
        {
            await using DemoRun run = new(options, server, files, ledger, load, witness, say, show);
            var told = await run.TellAsync(cancellationToken);
            finish(told);
            if (options.Keep)
                await run.PlayAsync(cancellationToken);
            return told;
        });
        await over.CancelAsync();
        await watching;
        return report;
    }
}
