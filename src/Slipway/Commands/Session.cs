using System.CommandLine;
using Slipway.Api;
using Slipway.Terminal;

namespace Slipway.Commands;

/// <summary>One run of a client command: what was asked for, the server, and where results go.</summary>
internal sealed class Session : IDisposable
{
    private Session(CliContext cli, ParseResult parsed)
    {
        (Cli, Parsed) = (cli, parsed);
        Output = new Output(cli, Globals.IsJson(parsed));
        Server = Address(Choose(Globals.Server, "SLIPWAY_SERVER") ?? "http://127.0.0.1:7070");
        Token = FindToken();
        Client = Connection.Open(Server, Token);
    }

    public CliContext Cli { get; }

    public ParseResult Parsed { get; }

    public Output Output { get; }

    public Uri Server { get; }

    /// <summary>What the server is sent; null when none was given or found.</summary>
    public string? Token { get; }

    public SlipwayClient Client { get; }

    public string By => Choose(Globals.By, "SLIPWAY_USER") ?? Cli.User;

    /// <summary>The project that was named; null when none was.</summary>
    public string? NamedProject => Choose(Globals.Project, "SLIPWAY_PROJECT");

    /// <summary>A client command's action: a session, and faults of the connection told in words.</summary>
    public static Func<ParseResult, CancellationToken, Task<int>> Action(CliContext cli, Func<Session, CancellationToken, Task<ExitCode>> run) => async (parsed, cancellationToken) =>
    {
        using Session session = new(cli, parsed);
        try
        {
            return (int)await run(session, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && e is not Refusal && Refusal.Of(e, session.Server) is { } refusal)
        {
            throw refusal;
        }
    };

    public T? Get<T>(Option<T> option) => Parsed.GetValue(option);

    public T? Get<T>(Argument<T> argument) => Parsed.GetValue(argument);

    /// <summary>The project that was named, or the only one there is.</summary>
    public async Task<string> ProjectAsync(CancellationToken cancellationToken)
    {
        if (NamedProject is { } named)
            return named;
        var projects = await Client.ProjectsAsync(cancellationToken);
        return projects switch
        {
            [var only] => only.Name,
            [] => throw new Refusal(ExitCode.Failed, new ProblemItem("SLIP0405", Server.ToString(), "there is no project yet", "make one with `slipway apply -f slipway.yaml`")),
            _ => throw new Refusal(ExitCode.Usage, new ProblemItem("SLIP0405", Server.ToString(), $"there are {projects.Count} projects", $"say which with `--project` or SLIPWAY_PROJECT: {string.Join(", ", projects.Select(p => p.Name))}")),
        };
    }

    public void Dispose() => Client.Dispose();

    private static Uri Address(string text) =>
        Uri.TryCreate(text.EndsWith('/') ? text : $"{text}/", UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? uri
        : throw Refusal.Usage("--server", $"'{text}' is no address", "write it like http://127.0.0.1:7070");

    private string? Choose(Option<string?> option, string variable) =>
        Parsed.GetValue(option) is { Length: > 0 } given ? given : Cli.Variable(variable) is { Length: > 0 } set ? set : null;

    /// <summary>The file is only for a server on this machine: another one must not be sent this one's token.</summary>
    private string? FindToken()
    {
        if (Choose(Globals.Token, "SLIPWAY_TOKEN") is { } given)
            return given;
        var file = DataPaths.Token(DataPaths.Choose(Parsed.GetValue(Globals.Data), Cli.Variable));
        if (!Server.IsLoopback || !File.Exists(file))
            return null;
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new Refusal(ExitCode.NotAuthorised, new ProblemItem("SLIP0402", file, $"the API token cannot be read: {e.Message}", "run as the server's user, or give it with `--token` or SLIPWAY_TOKEN"));
        }
    }
}
