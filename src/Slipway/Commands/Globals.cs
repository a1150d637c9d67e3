using System.CommandLine;

namespace Slipway.Commands;

/// <summary>Options that every command understands.</summary>
internal static class Globals
{
    public static Option<string?> Server { get; } = Text("--server", "URL", "The server's address. Default: SLIPWAY_SERVER, or http://127.0.0.1:7070.");

    public static Option<string?> Token { get; } = Text("--token", "TOKEN", "The API token. Default: SLIPWAY_TOKEN, or for a server on this machine the one in its data directory.");

    public static Option<string?> Data { get; } = Text("--data", "DIR", "The data directory of this machine's server. Default: SLIPWAY_DATA, or ~/.local/share/slipway.");

    public static Option<string?> Project { get; } = Text("--project", "NAME", "The project. Default: SLIPWAY_PROJECT, or the only one there is.");

    public static Option<string?> By { get; } = Text("--by", "NAME", "Who asks. Default: SLIPWAY_USER, or the user of this machine.");

    public static Option<string> Format { get; } = MakeFormat();

    public static IEnumerable<Option> All => [Server, Token, Data, Project, By, Format];

    public static bool IsJson(ParseResult parsed) => parsed.GetValue(Format) == "json";

    private static Option<string?> Text(string name, string value, string description) => new(name) { HelpName = value, Description = description, Recursive = true };

    private static Option<string> MakeFormat()
    {
        Option<string> format = new("--format") { Description = "text for people, or json: one document on stdout.", DefaultValueFactory = _ => "text", Recursive = true };
        format.AcceptOnlyFromAmong("text", "json");
        return format;
    }
}
