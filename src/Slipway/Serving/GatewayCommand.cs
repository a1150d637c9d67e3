using System.CommandLine;
using Microsoft.Extensions.Logging;
using Slipway.Api;
using Slipway.Commands;
using Slipway.Core.Configuration;
using Slipway.Gateway;
using Slipway.Gateway.Agent;

namespace Slipway.Serving;

/// <summary><c>slipway gateway</c>: a gateway in a process of its own. It goes on serving when the server is gone.</summary>
internal static class GatewayCommand
{
    private static readonly Option<string[]> Listen = new("--listen") { HelpName = "ADDRESS", Description = "Where it serves users; may be given more than once.", DefaultValueFactory = _ => ["127.0.0.1:7080"] };
    private static readonly Option<string> Id = new("--id") { HelpName = "NAME", Description = "Its name at the server.", DefaultValueFactory = _ => Environment.MachineName };
    private static readonly Option<string[]> AlsoServer = new("--also-server") { HelpName = "ADDRESS", Description = "Another server of the same cluster, followed while the one before is away; may be given more than once." };
    private static readonly Option<int> AnswerTimeout = new("--timeout") { HelpName = "SECONDS", Description = "How long it waits for an answer before it gives a request up.", DefaultValueFactory = _ => 100 };
    private static readonly Option<string[]> TrustedProxies = new("--trusted-proxy") { HelpName = "NETWORK", Description = "Network of proxies whose X-Forwarded-For is believed, such as 10.0.0.0/8; may be given more than once." };
    private static readonly Option<string?> Region = new("--region") { HelpName = "NAME", Description = "Where it stands, such as eu-west: what it counts is compared by itself too, to find faults that are in one region alone." };
    private static readonly Option<string?> Routes = new("--routes") { HelpName = "DIR", Description = "Where it keeps its last routes. Default: gateways/NAME in the data directory." };

    public static Command Make(CliContext cli)
    {
        Command command = new("gateway", "Run a gateway by itself: it follows a server, and serves by its last routes when the server is gone.") { Listen, Id, AlsoServer, AnswerTimeout, TrustedProxies, Routes, Region };
        command.SetAction(Session.Action(cli, RunAsync));
        return command;
    }

    private static async Task<ExitCode> RunAsync(Session session, CancellationToken cancellationToken)
    {
        var id = session.Get(Id)!;
        GatewayOptions options = new()
        {
            Listen = [.. session.Get(Listen)!],
            ActivityTimeout = TimeSpan.FromSeconds(session.Get(AnswerTimeout)),
            TrustedProxies = [.. session.Get(TrustedProxies) ?? []],
            DataDirectory = session.Get(Routes) ?? Path.Combine(DataPaths.Choose(session.Get(Globals.Data), session.Cli.Variable), "gateways", id),
        };
        GatewayAgentOptions follow = new() { Server = session.Server, AlsoServers = [.. (session.Get(AlsoServer) ?? []).Select(Other)], Gateway = id, Region = session.Get(Region), Token = session.Token ?? "" };
        Check(follow.Problems());
        using var logs = LoggerFactory.Create(builder => builder.AddSimpleConsole(console => console.SingleLine = true).SetMinimumLevel(LogLevel.Information));
        await using GatewayHost host = new(options, logs, session.Cli.Time);
        using GatewayAgent agent = new(follow, host, session.Cli.Time, logs.CreateLogger<GatewayAgent>());
        var restored = agent.Restore();
        Check(await host.StartAsync(cancellationToken));
        await session.Cli.Out.WriteLineAsync($"gateway {id} serves on {string.Join(", ", host.Addresses)}{(restored ? " by its last routes" : "")}, following {session.Server}");
        await session.Cli.Out.FlushAsync(cancellationToken);
        await agent.RunAsync(cancellationToken);
        await host.StopAsync(CancellationToken.None);
        return ExitCode.Ok;
    }

    private static Uri Other(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) ? uri : throw Refusal.Usage("--also-server", $"'{text}' is no address", "write it like http://127.0.0.1:7070");

    private static void Check(IReadOnlyCollection<Problem> problems)
    {
        if (problems.Count > 0)
            throw new Refusal(ExitCode.Failed, [.. problems.Select(p => new ProblemItem(p.Code, p.Place, p.Message, p.Remedy))]);
    }
}
