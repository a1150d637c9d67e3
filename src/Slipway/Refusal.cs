using System.Net.Sockets;
using Slipway.Api;

namespace Slipway;

/// <summary>A command cannot go on, for reasons a person can mend. Thrown anywhere in a command, told once, by <see cref="Cli"/>.</summary>
internal sealed class Refusal(ExitCode exit, params IReadOnlyList<ProblemItem> problems) : Exception(string.Join(Environment.NewLine, problems))
{
    public ExitCode Exit { get; } = exit;

    public IReadOnlyList<ProblemItem> Problems { get; } = problems;

    public static Refusal Usage(string place, string message, string remedy) => new(ExitCode.Usage, new ProblemItem("SLIP0403", place, message, remedy));

    public static Refusal File(string path, string message, string remedy) => new(ExitCode.Failed, new ProblemItem("SLIP0406", path, message, remedy));

    public static Refusal Unreachable(Uri server, string why) => new(ExitCode.Unreachable, new ProblemItem("SLIP0404", server.ToString(), $"no Slipway server answers there ({why})",
        "start one with `slipway server`, or name another with `--server` or SLIPWAY_SERVER"));

    /// <summary>What a failed call to the server means; null when it is a fault of ours.</summary>
    public static Refusal? Of(Exception exception, Uri server) => exception switch
    {
        Refusal refusal => refusal,
        SlipwayApiException { Problem.Status: 401 or 403 } e => new Refusal(ExitCode.NotAuthorised, Unauthorised(e.Problem, server)),
        SlipwayApiException e when e.Problem.Problems is [{ Code: "SLIP0401" }, ..] => new Refusal(ExitCode.Unreachable, e.Problem.Problems),
        SlipwayApiException e => new Refusal(ExitCode.Failed, e.Problem.Problems),
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError } e => Unreachable(server, (e.InnerException ?? e).Message),
        System.Text.Json.JsonException => Unreachable(server, "something answers, but not as Slipway of this version does"),
        _ when IsBrokenConnection(exception) => new Refusal(ExitCode.Unreachable, new ProblemItem("SLIP0404", server.ToString(), $"the connection broke ({(exception.InnerException ?? exception).Message.TrimEnd('.')})", "try again; `slipway doctor` says whether the server is well")),
        _ => null,
    };

    /// <summary>The server could not be reached, or went away in the middle; it may be back in a moment.</summary>
    public static bool IsBrokenConnection(Exception exception) => exception is HttpRequestException or SocketException or HttpIOException or IOException { InnerException: SocketException };

    private static IReadOnlyList<ProblemItem> Unauthorised(ProblemResponse problem, Uri server) => problem.Problems is [{ Code: "SLIP0402" }, ..]
        ? problem.Problems
        : [new ProblemItem("SLIP0402", server.ToString(), "the API token is missing or wrong", "give it with `--token` or SLIPWAY_TOKEN; it is the content of the file `token` in the server's data directory")];
}
