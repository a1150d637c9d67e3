using Slipway.Api;
using Slipway.Artifacts;
using Slipway.Testing;
using Slipway.Testing.Servers;

namespace Slipway.Tests.EndToEnd;

/// <summary>Three servers on one PostgreSQL and a gateway that follows them, all in processes. At the end nothing of it is left.</summary>
internal sealed class Cluster : IAsyncDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("slipway-cluster-").FullName;
    private readonly Netns? _machines;
    private readonly List<Node> _nodes = [];
    private Child? _gateway;

    private Cluster(Netns? machines) => _machines = machines;

    public Uri Gateway { get; private set; } = null!;

    public IReadOnlyList<Node> Nodes => _nodes;

    /// <param name="separate">Each server on a machine of its own.</param>
    public static async Task<Cluster> StartAsync(PostgresServer database, bool separate)
    {
        Cluster cluster = new(separate ? await Netns.CreateAsync(3) : null);
        var address = await database.CreateDatabaseAsync(separate ? Netns.Here : "127.0.0.1");
        for (var i = 0; i < 3; i++)
        {
            Node node = new(Path.Combine(cluster._home, $"data{i}"), address, cluster._machines, i);
            cluster._nodes.Add(node);
            await node.StartAsync();
        }

        await cluster.StartGatewayAsync();
        return cluster;
    }

    /// <summary>Any server but one, that can be asked.</summary>
    public Node Other(Node? but) => _nodes.First(n => n != but && n.IsThere);

    /// <summary>The one that runs what the project's newest rollout has brought in: a lone instance is where it is acted for.</summary>
    public async Task<Node> OwnerAsync()
    {
        Node? owner = null;
        await Eventually.IsAsync("somebody acts for the project", () => (owner = _nodes.FirstOrDefault(n => n.Processes().Any(p => p.Instance == "shop/production/1.1.0"))) is not null);
        return owner!;
    }

    public Task ApplyAsync(string yaml) => Other(null).Client.ApplyAsync(yaml, "slipway.yaml", "ada", dryRun: false, CancellationToken.None);

    /// <summary>Through a server other than the one that a single instance would be asked of.</summary>
    public async Task ReleaseAsync(string version)
    {
        var directory = Directory.CreateDirectory(Path.Combine(_home, version)).FullName;
        await File.WriteAllTextAsync(Path.Combine(directory, "version.txt"), version);
        using MemoryStream archive = new();
        await DirectoryArchive.PackAsync(directory, archive, CancellationToken.None);
        archive.Position = 0;
        var client = _nodes[^1].Client;
        var artifact = await client.UploadAsync(archive, CancellationToken.None);
        await client.CreateReleaseAsync("shop", new CreateReleaseRequest(version, artifact.Digest, null, null, "ada"), CancellationToken.None);
    }

    public Task ServesAsync(string version) => EventuallyAsync(null, $"production serves {version}",
        async client => await client.EnvironmentAsync("shop", "production", CancellationToken.None) is { Deployment: null } now && now.Serving == version && now.Observed.Contains(version));

    /// <summary>As <see cref="Eventually"/>, asking a server that can be asked, and tells what everybody said when it does not happen.</summary>
    public async Task EventuallyAsync(Node? but, string what, Func<SlipwayClient, Task<bool>> condition)
    {
        try
        {
            await Eventually.IsAsync(what, () => AnsweredAsync(condition, Other(but).Client));
        }
        catch (Xunit.Sdk.XunitException e)
        {
            var events = await Other(but).Client.EventsAsync(0, CancellationToken.None);
            Assert.Fail(string.Join('\n', [e.Message, $"it is {DateTimeOffset.UtcNow:HH:mm:ss}", .. events.Select(x => $"{x.At:HH:mm:ss.fff} {x.Stream} {x.Summary}"), .. _nodes.Select(n => $"server {n}: {n.Errors}"), $"gateway: {_gateway?.Errors}"]));
        }
    }

    /// <summary>A server that was taken for dead begins anew: for that long it does not answer.</summary>
    private static async Task<bool> AnsweredAsync(Func<SlipwayClient, Task<bool>> condition, SlipwayClient client)
    {
        try
        {
            return await condition(client);
        }
        catch (Exception e) when (Refusal.IsBrokenConnection(e))
        {
            return false;
        }
    }

    /// <summary>Fails when there are complaints, and tells what happened around them.</summary>
    public void Fails(IReadOnlyList<string> complaints, IReadOnlyList<EventResponse> events)
    {
        if (complaints.Count > 0)
            Assert.Fail(string.Join('\n', [$"{complaints.Count} complaints", .. complaints.Take(5), .. complaints.TakeLast(2), .. events.Select(x => $"{x.At:HH:mm:ss.fff} {x.Stream} {x.Summary}"), .. _nodes.Select(n => $"server {n}: {n.Output}"), $"gateway: {_gateway?.Output}"]));
    }

    public async ValueTask DisposeAsync()
    {
        if (_gateway is not null)
            await _gateway.DisposeAsync();
        foreach (var node in _nodes)
            await node.DisposeAsync();
        if (_machines is not null)
            await _machines.DisposeAsync();
        Directory.Delete(_home, recursive: true);
    }

    private async Task StartGatewayAsync()
    {
        _gateway = new Child("gateway", "--server", _nodes[0].Api.ToString(), "--also-server", _nodes[1].Api.ToString(), "--also-server", _nodes[2].Api.ToString(),
            "--token", await _nodes[2].TokenAsync(), "--id", "edge", "--listen", "127.0.0.1:0", "--routes", Path.Combine(_home, "routes"));
        Gateway = await _gateway.AddressAsync("serves on");
    }
}
