using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using Slipway.Api;
using Slipway.Storage;
using Slipway.Testing;

namespace Slipway.Server.Tests.Running;

/// <summary>A real server on ports of its own; its versions are real processes, stopped with it.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    public const string Host = "shop.test";

    private WebApplication? _app;

    public string Data { get; } = Directory.CreateTempSubdirectory("slipway-test-").FullName;

    private Func<ServerOptions, ServerOptions> Change { get; init; } = options => options;

    private Action<WebApplicationBuilder> Customise { get; init; } = _ => { };

    public IServiceProvider Services => _app!.Services;

    public IReadOnlyList<string> OtlpAddresses => MetricSources.OtlpAddresses(_app!);

    public Uri Api { get; private set; } = null!;

    public Uri Gateway { get; private set; } = null!;

    public string Token { get; private set; } = "";

    public SlipwayClient Client { get; private set; } = null!;

    /// <summary>Without a token.</summary>
    public HttpClient Stranger { get; private set; } = null!;

    /// <summary>With the token.</summary>
    public HttpClient Http { get; private set; } = null!;

    /// <summary>The smallest service that there is, as a command.</summary>
    public static string Service => Path.Combine(AppContext.BaseDirectory, "Slipway.Testing.App");

    /// <param name="change">Of the options; null: nothing.</param>
    /// <param name="customise">Of what it is made of; null: nothing.</param>
    public static async Task<RunningServer> StartAsync(Func<ServerOptions, ServerOptions>? change = null, Action<WebApplicationBuilder>? customise = null)
    {
        RunningServer server = new() { Change = change ?? (options => options), Customise = customise ?? (_ => { }) };
        await server.UpAsync();
        return server;
    }

    /// <summary>1.0.0 serves, and 1.1.0 has stopped at a pause of its strategy.</summary>
    public static async Task<RunningServer> PausedAsync()
    {
        var server = await StartAsync();
        await server.ApplyAsync(Yaml("strategy: [{ weight: 20% }, pause, { weight: 100% }]"));
        await server.ReleaseAsync("1.0.0");
        await server.ActAsync("promote");
        await server.ServesAsync("1.0.0");
        await server.ReleaseAsync("1.1.0");
        await server.ActAsync("promote");
        await Eventually.IsAsync("it pauses", async () => (await server.ProductionAsync()).Deployment is { Paused: true });
        return server;
    }

    public static ServerOptions Options(string data) => new()
    {
        DataDirectory = data,
        Listen = new IPEndPoint(IPAddress.Loopback, 0),
        Gateway = new IPEndPoint(IPAddress.Loopback, 0),
        StopInstances = true,
    };

    /// <summary>One of several servers on a database.</summary>
    public static Func<ServerOptions, ServerOptions> Member(PostgresAddress? database) => options => options with { Database = database, Cluster = new IPEndPoint(IPAddress.Loopback, 0) };

    public static void Quiet(WebApplicationBuilder builder) => builder.Logging.ClearProviders();

    /// <summary>A project with these lines for its one environment, which takes everyone.</summary>
    public static string Yaml(params string[] environment) => $$"""
        project: shop
        service: { host: {{Host}}, userKey: { cookie: uid } }
        environments:
          - name: production
            deploy: { process: { command: [{{Service}}, healthy], health: /, stopGrace: 1s } }
            checks: []
        {{string.Join('\n', environment.Select(line => "    " + line))}}
        """;

    /// <summary>Ends it in peace; disposing of it later does no harm.</summary>
    public Task StopAsync() => _app!.StopAsync();

    /// <param name="between">What is done while it is away; null: nothing.</param>
    public async Task RestartAsync(Action? between = null)
    {
        await DownAsync();
        between?.Invoke();
        await UpAsync();
    }

    public Task<ApplyResponse> ApplyAsync(string yaml) => Client.ApplyAsync(yaml, "slipway.yaml", "ada", dryRun: false, CancellationToken.None);

    public async Task<ReleaseResponse> ReleaseAsync(string version)
    {
        using MemoryStream archive = new(Archive(version));
        var artifact = await Client.UploadAsync(archive, CancellationToken.None);
        return await Client.CreateReleaseAsync("shop", new CreateReleaseRequest(version, artifact.Digest, null, null, "ada"), CancellationToken.None);
    }

    public Task<ActionResponse> ActAsync(string verb) => ActAsync(verb, new ActionRequest("ada", "to see"));

    public Task<ActionResponse> ActAsync<T>(string verb, T request) where T : notnull => Client.ActAsync("shop", "production", verb, request, CancellationToken.None);

    /// <summary>What it would answer.</summary>
    public Task<ActionResponse> AskAsync<T>(string verb, T request) where T : notnull => Client.ActAsync("shop", "production", verb, request, CancellationToken.None, dryRun: true);

    public Task<EnvironmentStatus> ProductionAsync() => Client.EnvironmentAsync("shop", "production", CancellationToken.None);

    public Task ServesAsync(string version) =>
        Eventually.IsAsync($"production serves {version}", async () => await ProductionAsync() is { Deployment: null } now && now.Serving == version);

    /// <summary>The version that answers at the gateway; null when none does.</summary>
    public async Task<string?> AnswersAsync(string path = "/")
    {
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri(Gateway, path));
        request.Headers.Host = Host;
        using var response = await Stranger.SendAsync(request);
        return response.IsSuccessStatusCode ? response.Headers.GetValues("x-slipway-version").Single() : null;
    }

    public static async Task<ProblemItem> RefusedAsync(int status, Func<Task> act)
    {
        var problem = (await Assert.ThrowsAsync<SlipwayApiException>(act)).Problem;
        Assert.Equal(status, problem.Status);
        return problem.Problems[0];
    }

    public async ValueTask DisposeAsync()
    {
        await DownAsync();
        Directory.Delete(Data, recursive: true);
    }

    private static byte[] Archive(string version)
    {
        using MemoryStream bytes = new();
        using (TarWriter tar = new(new GZipStream(bytes, CompressionLevel.Fastest, leaveOpen: true)))
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "version.txt") { ModificationTime = DateTimeOffset.UnixEpoch, DataStream = new MemoryStream(Encoding.UTF8.GetBytes(version)) });
        return bytes.ToArray();
    }

    private async Task UpAsync()
    {
        var options = Change(Options(Data));
        _app = SlipwayServer.Build(options, builder =>
        {
            Quiet(builder);
            Customise(builder);
        });
        await SlipwayServer.StartAsync(_app, options, CancellationToken.None);
        var (api, gateway) = SlipwayServer.Addresses(_app);
        (Api, Gateway) = (new Uri(api), new Uri(gateway!));
        Token = (await File.ReadAllTextAsync(Path.Combine(Data, "token"))).Trim();
        Client = SlipwayClient.Connect(Api, Token);
        Stranger = new HttpClient { BaseAddress = Api };
        Http = new HttpClient { BaseAddress = Api };
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
    }

    private async Task DownAsync()
    {
        await _app!.StopAsync();
        await _app.DisposeAsync();
        Client.Dispose();
        Stranger.Dispose();
        Http.Dispose();
    }
}
