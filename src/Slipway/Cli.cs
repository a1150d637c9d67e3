using System.CommandLine;
using System.CommandLine.Invocation;
using Slipway.Api;
using Slipway.Commands;
using Slipway.Terminal;

namespace Slipway;

/// <summary>The command line as a function: what <c>Main</c> and the tests call.</summary>
internal static class Cli
{
    /// <returns>An <see cref="ExitCode"/>, or a command's own code.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, CliContext cli, CancellationToken cancellationToken)
    {
        var parsed = Root.Make(cli).Parse(args);
        if (parsed.Action is ParseErrorAction || parsed.Errors.Count > 0)
            return (int)Refuse(parsed, args, cli);
        try
        {
            // Signals are ours (Program.cs), and so are exceptions.
            return await parsed.InvokeAsync(new InvocationConfiguration { Output = cli.Out, Error = cli.Error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return (int)ExitCode.Interrupted;
        }
        catch (Refusal refusal)
        {
            new Output(cli, Globals.IsJson(parsed)).Problem(refusal.Exit, refusal.Problems);
            return (int)refusal.Exit;
        }
    }

    private static ExitCode Refuse(ParseResult parsed, IReadOnlyList<string> args, CliContext cli)
    {
        if (WantsJson(args))
        {
            new Output(cli, json: true).Problem(ExitCode.Usage, [.. parsed.Errors.Select(e => new ProblemItem("SLIP0403", "command line", e.Message, $"see `{Name(parsed)} --help`"))]);
        }
        else
        {
            if (parsed.Action is ParseErrorAction action)
                action.ShowHelp = parsed.UnmatchedTokens.Count == 0 && parsed.CommandResult.Command.Subcommands.Count > 0;
            parsed.Invoke(new InvocationConfiguration { Output = cli.Error, Error = cli.Error });
            cli.Error.WriteLine($"See `{Name(parsed)} --help`.");
        }

        return ExitCode.Usage;
    }

    private static string Name(ParseResult parsed) =>
        string.Join(' ', Ancestors(parsed.CommandResult).Reverse().Select(c => c.Command is RootCommand ? "slipway" : c.Command.Name));

    private static IEnumerable<System.CommandLine.Parsing.CommandResult> Ancestors(System.CommandLine.Parsing.CommandResult? command)
    {
        for (; command is not null; command = command.Parent as System.CommandLine.Parsing.CommandResult)
            yield return command;
    }

    /// <summary>The option itself may be what is wrong, so it is looked for in the plain words.</summary>
    private static bool WantsJson(IReadOnlyList<string> args) =>
        args.Contains("--format=json") || args.Zip(args.Skip(1)).Any(pair => pair is ("--format", "json"));
}
