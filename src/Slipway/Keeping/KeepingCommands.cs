using System.CommandLine;
using Slipway.Api;
using Slipway.Commands;
using Slipway.Server;
using Slipway.Storage;
using Slipway.Terminal;

namespace Slipway.Keeping;

/// <summary><c>slipway backup</c>, <c>restore</c> and <c>migrate</c>: what keeps an installation beyond one machine. They need no server.</summary>
internal static class KeepingCommands
{
    private static readonly Argument<string> File = new("file") { HelpName = "FILE", Description = "The backup." };
    private static readonly Option<string> To = new("--to") { HelpName = "ADDRESS", Description = "An empty database: postgres://USER:PASSWORD@HOST/DATABASE.", Required = true };

    public static Command Backup(CliContext cli)
    {
        Command command = new("backup", "Keep everything of a data directory in one file; its server may run meanwhile.") { File };
        command.SetAction((parsed, cancellationToken) => RunAsync(async () =>
        {
            var (data, file) = (Data(parsed, cli), Path.GetFullPath(parsed.GetValue(File)!));
            await Storage.Backup.WriteAsync(data, file, cancellationToken);
            var bytes = new FileInfo(file).Length;
            new Output(cli, Globals.IsJson(parsed)).Show(new { file, bytes }, _ => [$"Kept {data} in {file} ({Figures.Count(bytes)} bytes). It holds the API token and keys: keep it as carefully as those."]);
        }));
        return command;
    }

    public static Command Restore(CliContext cli)
    {
        Command command = new("restore", "Make a data directory of a backup.") { File };
        command.SetAction((parsed, cancellationToken) => RunAsync(async () =>
        {
            var data = Data(parsed, cli);
            await Storage.Backup.RestoreAsync(Path.GetFullPath(parsed.GetValue(File)!), data, cancellationToken);
            new Output(cli, Globals.IsJson(parsed)).Show(new { data }, _ => [$"Restored {data}. Start it with `slipway server --data {data}`."]);
        }));
        return command;
    }

    public static Command Migrate(CliContext cli)
    {
        Command command = new("migrate", "Move the events of a data directory to PostgreSQL; its server must be stopped.") { To };
        command.SetAction((parsed, cancellationToken) => RunAsync(async () =>
        {
            var to = Database("--to", parsed.GetValue(To)!);
            using var data = DataDirectory.Open(Data(parsed, cli));
            using var from = SqliteEventStore.Open(data.Database);
            await using var analyses = SqliteAnalysisStore.Open(data.Database);
            var copied = await EventCopy.ToPostgresAsync(from, analyses, to, cli.Time, new Told(cli.Error), cancellationToken);
            new Output(cli, Globals.IsJson(parsed)).Show(new { copied.Events, copied.Sha256, to = to.Shown }, _ =>
                [$"Moved {Figures.Count(copied.Events)} events to {to}, and read them back the same (sha256 {copied.Sha256[..12]}).", $"Start the server with `slipway server --data {data.Path} --database ADDRESS`: artifacts, token and keys stay there."]);
        }));
        return command;
    }

    /// <summary>An address that is wrong is not repeated: it may hold a password.</summary>
    public static PostgresAddress Database(string option, string text) =>
        PostgresAddress.Parse(text) ?? throw Refusal.Usage(option, "this is no address of a PostgreSQL database", "write it like postgres://USER:PASSWORD@HOST:5432/DATABASE, with % signs for special characters");

    private static string Data(ParseResult parsed, CliContext cli) => Path.GetFullPath(DataPaths.Choose(parsed.GetValue(Globals.Data), cli.Variable));

    private static async Task<int> RunAsync(Func<Task> run)
    {
        try
        {
            await run();
            return (int)ExitCode.Ok;
        }
        catch (Exception e) when (SlipwayServer.Explains(e) is { } problem)
        {
            throw new Refusal(ExitCode.Failed, new ProblemItem(problem.Code, problem.Place, problem.Message, problem.Remedy));
        }
    }

    /// <summary>Long work shows that it goes on.</summary>
    private sealed class Told(TextWriter error) : IProgress<long>
    {
        private const int Every = 50_000;

        public void Report(long value)
        {
            if (value % Every == 0 && value > 0)
                error.WriteLine($"{value} events copied");
        }
    }
}
