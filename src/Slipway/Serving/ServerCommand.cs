using System.CommandLine;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;
using Slipway.Api;
using Slipway.Commands;
using Slipway.Keeping;
using Slipway.Server;

namespace Slipway.Serving;

/// <summary><c>slipway server</c>: runs the server until it is told to stop.</summary>
internal static class ServerCommand
{
    private static readonly Option<string> Listen = new("--listen") { HelpName = "ADDRESS", Description = "Where the API and the page are served; port 0 takes a free one.", DefaultValueFactory = _ => $"127.0.0.1:{ServerOptions.DefaultPort}" };
    private static readonly Option<string> Gateway = new("--gateway") { HelpName = "ADDRESS", Description = "Where the built-in gateway serves, or none.", DefaultValueFactory = _ => $"127.0.0.1:{ServerOptions.DefaultGatewayPort}" };
    private static readonly Option<int> GatewayTimeout = new("--gateway-timeout") { HelpName = "SECONDS", Description = "How long the gateway waits for an answer before it gives a request up.", DefaultValueFactory = _ => 100 };
    private static readonly Option<string?> Database = new("--database") { HelpName = "ADDRESS", Description = "Keep events in PostgreSQL: postgres://USER:PASSWORD@HOST/DATABASE. Default: SLIPWAY_DATABASE, or a file in the data directory." };
    private static readonly Option<bool> StopInstances = new("--stop-instances") { Description = "Stop every instance with the server, instead of leaving them to serve." };
    private static readonly Option<bool> UntilStdinCloses = new("--until-stdin-closes") { Description = "Stop when standard input closes: the server ends with the program that started it." };
    private static readonly Option<string?> Otlp = new("--otlp") { HelpName = "ADDRESS", Description = "Where OpenTelemetry metrics are received over HTTP, such as 127.0.0.1:4318. Nowhere unless asked." };
    private static readonly Option<string?> OtlpGrpc = new("--otlp-grpc") { HelpName = "ADDRESS", Description = "The same over gRPC, such as 127.0.0.1:4317. With SLIPWAY_OTLP_TOKEN set, exports need it." };

    public static Command Make(CliContext cli)
    {
        Command command = new("server", "Run the server: engine, API, page and a built-in gateway.") { Listen, Gateway, GatewayTimeout, Database, StopInstances, UntilStdinCloses };
        command.SetAction((parsed, cancellationToken) => RunAsync(Options(parsed, cli), parsed.GetValue(UntilStdinCloses), cli, cancellationToken));
        command.Options.Add(Otlp);
        command.Options.Add(OtlpGrpc);
        return command;
    }

    private static ServerOptions Options(ParseResult parsed, CliContext cli) => new()
    {
        DataDirectory = DataPaths.Choose(parsed.GetValue(Globals.Data), cli.Variable),
        Otlp = parsed.GetValue(Otlp) is { } otlp ? Address("--otlp", otlp) : null,
        OtlpGrpc = parsed.GetValue(OtlpGrpc) is { } grpc ? Address("--otlp-grpc", grpc) : null,
        OtlpToken = cli.Variable("SLIPWAY_OTLP_TOKEN") is { Length: > 0 } token ? token : null,
        Listen = Address("--listen", parsed.GetValue(Listen)!),
        Gateway = parsed.GetValue(Gateway) is { } where && where != "none" ? Address("--gateway", where) : null,
        GatewayTimeout = Seconds(parsed.GetValue(GatewayTimeout)),
        Database = (parsed.GetValue(Database) ?? cli.Variable("SLIPWAY_DATABASE")) is { Length: > 0 } database ? KeepingCommands.Database("--database", database) : null,
        StopInstances = parsed.GetValue(StopInstances),
    };

    private static IPEndPoint Address(string option, string text) =>
        EndPoints.Parse(text) ?? throw Refusal.Usage(option, $"'{text}' is no address to listen on", "write it like 127.0.0.1:7070");

    private static TimeSpan Seconds(int seconds) => seconds is >= 1 and <= 86_400
        ? TimeSpan.FromSeconds(seconds)
        : throw Refusal.Usage("--gateway-timeout", $"{seconds} seconds are out of range", "give 1 to 86400");

    private static async Task<int> RunAsync(ServerOptions options, bool untilStdinCloses, CliContext cli, CancellationToken cancellationToken)
    {
        try
        {
            await using var app = SlipwayServer.Build(options);
            await SlipwayServer.StartAsync(app, options, cancellationToken);
            await AnnounceAsync(cli.Out, app, options);
            if (untilStdinCloses)
                _ = Task.Run(() => StopWithStdin(cli.In, app.Lifetime), CancellationToken.None);
            await app.WaitForShutdownAsync(cancellationToken);
            return (int)ExitCode.Ok;
        }
        catch (Exception e) when (SlipwayServer.Explains(e) is { } problem)
        {
            throw new Refusal(ExitCode.Failed, new ProblemItem(problem.Code, problem.Place, problem.Message, problem.Remedy));
        }
    }

    private static async Task AnnounceAsync(TextWriter output, WebApplication app, ServerOptions options)
    {
        var (api, gateway) = SlipwayServer.Addresses(app);
        await output.WriteLineAsync($"Slipway {ServerVersion.Text}");
        await output.WriteLineAsync($"  page and API  {api}/");
        await output.WriteLineAsync($"  gateway       {gateway ?? "none built in; start `slipway gateway`"}");
        if (MetricSources.OtlpAddresses(app) is { Count: > 0 } received)
            await output.WriteLineAsync($"  OTLP metrics  {string.Join(" and ", received)}");
        await output.WriteLineAsync($"  data          {Path.GetFullPath(options.DataDirectory)} (the API token is in the file `token`)");
        if (options.Database is { } database)
            await output.WriteLineAsync($"  database      {database}");
        await output.FlushAsync();
    }

    /// <summary>Reads on a thread of its own: reading the console blocks, whatever its signature says.</summary>
    private static void StopWithStdin(TextReader input, IHostApplicationLifetime lifetime)
    {
        var buffer = new char[256];
        try
        {
            while (input.Read(buffer) > 0)
            {
                // Whatever is written there says nothing; only its end does.
            }
        }
        finally
        {
            lifetime.StopApplication();
        }
    }
}
