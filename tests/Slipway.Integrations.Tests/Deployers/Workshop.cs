using System.Collections.Immutable;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging.Abstractions;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Engine.Ports;
using Slipway.Integrations.Deployers.Processes;
using Slipway.Testing.App;

namespace Slipway.Integrations.Tests.Deployers;

/// <summary>A data directory with deployers on it; at the end nothing that was started is left.</summary>
internal sealed class Workshop : IAsyncDisposable
{
    public static readonly Artifact App = new(ArtifactKind.Archive, "sha256:app", null, 1);
    public static readonly Artifact Reference = new(ArtifactKind.Reference, null, "registry.test/shop:1", 0);

    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false });
    private readonly List<ProcessDeployer> _deployers = [];
    private readonly List<InstanceId> _ids = [];

    public Workshop()
    {
        Data = Directory.CreateTempSubdirectory("slipway-test-").FullName;
        Deployer = Open();
    }

    public string Data { get; }

    public string Installation { get; } = Guid.NewGuid().ToString("n");

    public ProcessDeployer Deployer { get; private set; }

    /// <summary>Where the test application was built; unpacked artifact of <see cref="App"/>.</summary>
    public static string AppDirectory => AppContext.BaseDirectory;

    /// <summary>As after a restart of the server: the deployer before knows and does nothing more.</summary>
    public ProcessDeployer Restart()
    {
        Deployer.Dispose();
        return Deployer = Open();
    }

    /// <summary>One more on the same data, which cannot be outside of a test.</summary>
    public ProcessDeployer Beside(TimeProvider time) => Open(time);

    public InstanceId Id([CallerMemberName] string version = "1.0.0")
    {
        var id = new InstanceId(new EnvironmentKey(new ProjectId("shop"), new EnvironmentName("canary")), new CandidateId(version));
        _ids.Add(id);
        return id;
    }

    public static InstanceRequest Request(InstanceId id, params string[] arguments) =>
        new(id, App, new DeploySpec.Process { Command = ["./Slipway.Testing.App", .. arguments], Health = "/" });

    public async Task<string> ReadyAsync(InstanceRequest request)
    {
        var outcome = await Deployer.EnsureAsync(request, CancellationToken.None);
        return Assert.Single(Assert.IsType<DeployOutcome.Ready>(outcome).Endpoints);
    }

    public async Task<string> FailedAsync(InstanceRequest request) =>
        Assert.IsType<DeployOutcome.Failed>(await Deployer.EnsureAsync(request, CancellationToken.None)).Reason;

    public async Task<InstanceStatus?> StatusAsync(InstanceId id) =>
        (await Deployer.ListAsync(CancellationToken.None)).SingleOrDefault(i => i.Id == id);

    public static Task<string> GetAsync(string endpoint, string path) => Http.GetStringAsync(new Uri(endpoint + path));

    public static async Task<int> PidAsync(string endpoint) => int.Parse(await GetAsync(endpoint, "/pid"), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Asks the application to exit; it does so before it has answered.</summary>
    public static async Task ExitAsync(string endpoint, int code)
    {
        var seen = await Record.ExceptionAsync(() => GetAsync(endpoint, $"/exit/{code}"));
        Assert.True(seen is HttpRequestException or SocketException, $"the connection breaks, but: {seen}");
    }

    public InstanceFiles Files(InstanceId id, int number = 1) => new(Path.Combine(Data, "instances"), new Slot(id, number));

    public async ValueTask DisposeAsync()
    {
        foreach (var id in _ids)
            await Deployer.StopAsync(id, CancellationToken.None);
        foreach (var deployer in _deployers)
            deployer.Dispose();
        Assert.Empty(new Orphans(Installation).Find());
        Directory.Delete(Data, recursive: true);
    }

    private ProcessDeployer Open(TimeProvider? time = null)
    {
        var artifacts = new DirectoryArtifacts(ImmutableDictionary<string, string>.Empty.Add(App.Digest!, AppDirectory));
        var deployer = new ProcessDeployer(Data, Installation, artifacts, time ?? TimeProvider.System, NullLogger<ProcessDeployer>.Instance);
        _deployers.Add(deployer);
        return deployer;
    }
}
