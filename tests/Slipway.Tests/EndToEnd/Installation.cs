using System.Diagnostics;
using Slipway.Api;
using Slipway.Artifacts;
using Slipway.Testing;

namespace Slipway.Tests.EndToEnd;

/// <summary>A data directory with one server at a time and a gateway of its own, all in processes. At the end nothing of it is left.</summary>
internal sealed class Installation : IAsyncDisposable
{
    private Child? _server;
    private Child? _gateway;
    private string? _id;

    public string Home { get; } = Directory.CreateTempSubdirectory("slipway-test-").FullName;

    /// <summary>Where the events are kept; null: in the data directory.</summary>
    public string? Database { get; init; }

    public Uri Api { get; private set; } = new("http://127.0.0.1:0");

    public Uri Gateway { get; private set; } = null!;

    public SlipwayClient Client { get; private set; } = null!;

    private string Data => Path.Combine(Home, "data");

    private string Id => _id ??= File.ReadAllText(Path.Combine(Data, "installation")).Trim();

    /// <summary>Starts a server; after the first one, at the same address.</summary>
    public async Task StartServerAsync()
    {
        _server = new Child(["server", "--data", Data, "--listen", $"127.0.0.1:{Api.Port}", "--gateway", "none", "--stop-instances", "--until-stdin-closes", .. Database is null ? Array.Empty<string>() : ["--database", Database]]);
        Api = await _server.AddressAsync("page and API");
        Client ??= SlipwayClient.Connect(Api, await TokenAsync());
    }

    /// <summary>Starts a server at the same address that dies at the n-th moment at which dying could do harm.</summary>
    public void StartDyingServer(int moments) => _server = new Child(EndToEnd.Service, ["dying", Data, $"{Api.Port}", $"{moments}"]);

    /// <summary>Whether the server is there no more.</summary>
    public bool HasDied => _server!.HasEnded;

    public async Task StartGatewayAsync(params string[] more)
    {
        _gateway = new Child(["gateway", "--server", Api.ToString(), "--token", await TokenAsync(), "--id", "edge", "--listen", "127.0.0.1:0", "--routes", Path.Combine(Home, "routes"), .. more]);
        Gateway = await _gateway.AddressAsync("serves on");
    }

    /// <summary>As a power cut does: nothing is said, nothing is stopped.</summary>
    public Task KillServerAsync() => _server!.KillAsync();

    /// <summary>The server ends in peace and takes its instances with it.</summary>
    public Task<int> EndServerAsync() => _server!.EndAsync(TimeSpan.FromSeconds(60));

    public IReadOnlyList<Marked> Processes() => Marked.Of(Id);

    public Task ApplyAsync(string yaml) => Client.ApplyAsync(yaml, "slipway.yaml", "ada", dryRun: false, CancellationToken.None);

    public async Task ReleaseAsync(string version)
    {
        var directory = Directory.CreateDirectory(Path.Combine(Home, version)).FullName;
        await File.WriteAllTextAsync(Path.Combine(directory, "version.txt"), version);
        using MemoryStream archive = new();
        await DirectoryArchive.PackAsync(directory, archive, CancellationToken.None);
        archive.Position = 0;
        var artifact = await Client.UploadAsync(archive, CancellationToken.None);
        await Client.CreateReleaseAsync("shop", new CreateReleaseRequest(version, artifact.Digest, null, null, "ada"), CancellationToken.None);
    }

    public Task<EnvironmentStatus> ProductionAsync() => Client.EnvironmentAsync("shop", "production", CancellationToken.None);

    public Task ServesAsync(string version) =>
        EventuallyAsync($"production serves {version}", async () => await ProductionAsync() is { Deployment: null } now && now.Serving == version);

    /// <summary>As <see cref="Eventually"/>, and tells what everybody said when it does not happen.</summary>
    public async Task EventuallyAsync(string what, Func<Task<bool>> condition)
    {
        try
        {
            await Eventually.IsAsync(what, condition);
        }
        catch (Xunit.Sdk.XunitException e)
        {
            var explained = await Client.ExplainAsync("shop", "production", CancellationToken.None);
            var events = await Client.EventsAsync(0, CancellationToken.None);
            Assert.Fail(string.Join('\n', [e.Message, $"it is {DateTimeOffset.UtcNow:HH:mm:ss}", explained.Summary, .. explained.Why, .. events.Select(x => $"{x.At:HH:mm:ss.fff} {x.Stream} {x.Summary}"), "server:", _server!.Errors, "gateway:", _gateway?.Errors ?? ""]));
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var child in new[] { _server, _gateway }.OfType<Child>())
            await child.DisposeAsync();
        foreach (var left in Processes())
            Kill(left.Pid);
        Client?.Dispose();
        Directory.Delete(Home, recursive: true);
    }

    private async Task<string> TokenAsync() => (await File.ReadAllTextAsync(Path.Combine(Data, "token"))).Trim();

    private static void Kill(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            process.Kill();
        }
        catch (ArgumentException)
        {
            // It has just gone by itself.
        }
    }
}
