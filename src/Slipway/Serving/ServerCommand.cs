using System.CommandLine;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;
using Slipway.Api;
using Slipway.Commands;
using Slipway.Engine.Retention;
using Slipway.Gateway.Agent;
using Slipway.Keeping;
using Slipway.Server;
using Slipway.Terminal;

namespace Slipway.Serving;

/// <summary><c>slipway server</c>: runs the server until it is told to stop.</summary>
internal static class ServerCommand
{
    private static readonly Option<string> Listen = new("--listen") { HelpName = "ADDRESS", Description = "Where the API and the page are served; port 0 takes a free one.", DefaultValueFactory = _ => $"127.0.0.1:{ServerOptions.DefaultPort}" };
    private static readonly Option<string> Gateway = new("--gateway") { HelpName = "ADDRESS", Description = "Where the built-in gateway serves, or none.", DefaultValueFactory = _ => $"127.0.0.1:{ServerOptions.DefaultGatewayPort}" };
    private static readonly Option<int> GatewayTimeout = new("--gateway-timeout") { HelpName = "SECONDS", Description = "How long the gateway waits for an answer before it gives a request up.", DefaultValueFactory = _ => 100 };
    private static readonly Option<string?> GatewayRegion = new("--gateway-region") { HelpName = "NAME", Description = "Where the built-in gateway stands, such as eu-west: what it counts is compared by itself too, to find faults that are in one region alone." };
    private static readonly Option<string?> Database = new("--database") { HelpName = "ADDRESS", Description = "Keep events in PostgreSQL: postgres://USER:PASSWORD@HOST/DATABASE. Default: SLIPWAY_DATABASE, or a file in the data directory." };
    private static readonly Option<string> Retain = new("--retain") { HelpName = "DURATION", Description = "How long every event is kept, such as 90d; at least 1d. Verdicts, candidates and who did what are kept for ever.", DefaultValueFactory = _ => "400d" };
    private static readonly Option<LogFormat> LogFormat = new("--log-format") { HelpName = "text|json", Description = "How the log on standard error and output looks.", DefaultValueFactory = _ => Server.LogFormat.Text };
    private static readonly Option<string?> Cluster = new("--cluster") { HelpName = "ADDRESS", Description = "Be one of several servers on one PostgreSQL database; where the others reach this one, such as 10.0.0.5:7071." };
    private static readonly Option<bool> StopInstances = new("--stop-instances") { Description = "Stop every instance with the server, instead of leaving them to serve." };
    private static readonly Option<bool> UntilStdinCloses = new("--until-stdin-closes") { Description = "Stop when standard input closes: the server ends with the program that started it." };
    private static readonly Option<string?> Otlp = new("--otlp") { HelpName = "ADDRESS", Description = $"Where OpenTelemetry metrics are received over HTTP, or none. Default: 127.0.0.1:{ServerOptions.DefaultOtlpPort}, once a project has an otlp source." };
    private static readonly Option<string?> OtlpGrpc = new("--otlp-grpc") { HelpName = "ADDRESS", Description = $"The same over gRPC. Default: 127.0.0.1:{ServerOptions.DefaultOtlpGrpcPort}, likewise. With SLIPWAY_OTLP_TOKEN set, exports need it." };

    public static Command Make(CliContext cli)
    {
        Command command = new("server", "Run the server: engine, API, page and a built-in gateway.") { Listen, Gateway, GatewayTimeout, GatewayRegion, Database, Cluster, Retain, LogFormat, StopInstances, UntilStdinCloses };
        command.SetAction((parsed, cancellationToken) => RunAsync(Options(parsed, cli), parsed.GetValue(UntilStdinCloses), cli, cancellationToken));
        command.Options.Add(Otlp);
        command.Options.Add(OtlpGrpc);
        return command;
    }

    private static ServerOptions Options(ParseResult parsed, CliContext cli) => new()
    {
        DataDirectory = DataPaths.Choose(parsed.GetValue(Globals.Data), cli.Variable),
        Otlp = OtlpAddress("--otlp", parsed.GetValue(Otlp), AsksForOtlp(parsed) ? null : new(IPAddress.Loopback, ServerOptions.DefaultOtlpPort)),
        OtlpGrpc = OtlpAddress("--otlp-grpc", parsed.GetValue(OtlpGrpc), AsksForOtlp(parsed) ? null : new(IPAddress.Loopback, ServerOptions.DefaultOtlpGrpcPort)),
        OtlpAlways = AsksForOtlp(parsed),
        OtlpToken = cli.Variable("SLIPWAY_OTLP_TOKEN") is { Length: > 0 } token ? token : null,
        Listen = Address("--listen", parsed.GetValue(Listen)!),
        Gateway = parsed.GetValue(Gateway) is { } where && where != "none" ? Address("--gateway", where) : null,
        GatewayTimeout = Seconds(parsed.GetValue(GatewayTimeout)),
        GatewayRegion = Region(parsed.GetValue(GatewayRegion)),
        Database = (parsed.GetValue(Database) ?? cli.Variable("SLIPWAY_DATABASE")) is { Length: > 0 } database ? KeepingCommands.Database("--database", database) : null,
        Retention = new RetentionPolicy { Events = Time(parsed.GetValue(Retain)!) },
        LogFormat = parsed.GetValue(LogFormat),
        Cluster = parsed.GetValue(Cluster) is { } cluster ? Address("--cluster", cluster) : null,
        StopInstances = parsed.GetValue(StopInstances),
    };

    /// <summary>Who asks for one of the two gets that one.</summary>
    private static bool AsksForOtlp(ParseResult parsed) => parsed.GetValue(Otlp) is not (null or "none") || parsed.GetValue(OtlpGrpc) is not (null or "none");

    private static IPEndPoint? OtlpAddress(string option, string? text, IPEndPoint? otherwise) => text switch
    {
        null => otherwise,
        "none" => null,
        _ => Address(option, text),
    };

    private static IPEndPoint Address(string option, string text) =>
        EndPoints.Parse(text) ?? throw Refusal.Usage(option, $"'{text}' is no address to listen on", "write it like 127.0.0.1:7070");

    private static TimeSpan Time(string text) => Figures.ParseDuration(text) is { } time && time >= RetentionPolicy.Shortest
        ? time
        : throw Refusal.Usage("--retain", $"'{text}' is no time to keep events", "write it like 90d; at least 1d");

    private static TimeSpan Seconds(int seconds) => seconds is >= 1 and <= 86_400
        ? TimeSpan.FromSeconds(seconds)
        : throw Refusal.Usage("--gateway-timeout", $"{seconds} seconds are out of range", "give 1 to 86400");

    private static string? Region(string? name) =>
        GatewayAgentOptions.RegionProblem("--gateway-region", name) is [var problem] ? throw new Refusal(ExitCode.Usage, new ProblemItem(problem.Code, problem.Place, problem.Message, problem.Remedy)) : name;

    private static async Task<int> RunAsync(ServerOptions options, bool untilStdinCloses, CliContext cli, CancellationToken cancellationToken)
    {
        try
        {
            // A server that its cluster took for dead begins anew, without a person.
            while (await RunOnceAsync(options, untilStdinCloses, cli, cancellationToken) is { } verdict)
                await cli.Error.WriteLineAsync($"begins anew: {verdict}");
            return (int)ExitCode.Ok;
        }
        catch (Exception e) when (SlipwayServer.Explains(e) is { } problem)
        {
            throw new Refusal(ExitCode.Failed, new ProblemItem(problem.Code, problem.Place, problem.Message, problem.Remedy));
        }
    }

    /// <summary>Returns why it has to begin anew; null when it was told to stop.</summary>
    private static async Task<string?> RunOnceAsync(ServerOptions options, bool untilStdinCloses, CliContext cli, CancellationToken cancellationToken)
    {
        await using var app = SlipwayServer.Build(options);
        await SlipwayServer.StartAsync(app, options, cancellationToken);
        await AnnounceAsync(cli.Out, app, options);
        if (untilStdinCloses)
            _ = Task.Run(() => StopWithStdin(cli.In, app.Lifetime), CancellationToken.None);
        return await SlipwayServer.WaitAsync(app, cancellationToken);
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
