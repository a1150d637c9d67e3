namespace Slipway.Tests.Commands;

internal sealed record Run(int Exit, string Out, string Error)
{
    public ExitCode Code => (ExitCode)Exit;
}

/// <summary>Runs the command line as <c>Main</c> does, against a server or against none.</summary>
internal static class Slip
{
    public static Task<Run> RunAsync(FakeServer server, params string[] args) => RunAsync(Variables(server), args);

    public static Task<Run> RunAsync(Dictionary<string, string> variables, params string[] args) => RunAsync(variables, "", CancellationToken.None, args);

    public static async Task<Run> RunAsync(Dictionary<string, string> variables, string input, CancellationToken cancellationToken, params string[] args)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        CliContext cli = new() { Out = output, Error = error, In = new StringReader(input), Variable = name => variables.GetValueOrDefault(name), User = "ada", Time = new EagerTime() };
        var exit = await Cli.RunAsync(args, cli, cancellationToken);
        return new Run(exit, output.ToString(), error.ToString());
    }

    /// <summary>A home of its own: no test may read the token of the one who runs it.</summary>
    public static Dictionary<string, string> Variables(FakeServer server) => new()
    {
        ["SLIPWAY_SERVER"] = server.Address,
        ["SLIPWAY_TOKEN"] = FakeServer.Token,
        ["SLIPWAY_DATA"] = "/nonexistent",
    };
}
