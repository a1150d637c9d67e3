using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Orleans;
using Orleans.Runtime;
using Slipway.Cluster.Artifacts;
using Slipway.Cluster.Membership;
using Slipway.Cluster.Routes;
using Slipway.Core.Projects;
using Slipway.Core.Traffic;
using Slipway.Engine.Ports;
using Slipway.Storage;
using Slipway.Testing.Servers;

namespace Slipway.Cluster.Tests;

/// <summary>What servers share, on a real PostgreSQL.</summary>
public sealed class PostgresTests : IAsyncLifetime
{
    private static readonly ProjectId Shop = new("shop");

    private PostgresServer _server = null!;
    private NpgsqlDataSource _source = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await PostgresServer.StartAsync();
        var address = PostgresAddress.Parse(await _server.CreateDatabaseAsync())!;
        _source = NpgsqlDataSource.Create(address.ConnectionString);
        await ClusterSchema.MigrateAsync(_source, address, CancellationToken.None);

        // Who starts later finds it as it is.
        await ClusterSchema.MigrateAsync(_source, address, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task AMembershipChangesOnlyTogetherWithTheVersionThatItsWriterSaw()
    {
        PostgresMembershipTable table = new(_source);
        var empty = await table.ReadAll();
        var (one, two) = (Member(1), Member(2));

        Assert.True(await table.InsertRow(one, empty.Version.Next()));
        Assert.False(await table.InsertRow(two, empty.Version.Next()));
        var first = await table.ReadAll();
        Assert.False(await table.InsertRow(one, first.Version.Next()));
        Assert.True(await table.InsertRow(two, first.Version.Next()));

        var both = await table.ReadAll();
        var (entry, etag) = both.TryGet(one.SiloAddress)!;
        entry.Status = SiloStatus.Dead;
        entry.AddSuspector(two.SiloAddress, new DateTime(2026, 11, 25, 12, 0, 0, DateTimeKind.Utc));
        Assert.False(await table.UpdateRow(entry, "17", both.Version.Next()));
        Assert.True(await table.UpdateRow(entry, etag, both.Version.Next()));
        Assert.False(await table.UpdateRow(entry, etag, both.Version.Next()));

        var read = (await table.ReadRow(one.SiloAddress)).TryGet(one.SiloAddress)!.Item1;
        Assert.Equal((SiloStatus.Dead, "one host", two.SiloAddress), (read.Status, read.HostName, Assert.Single(read.SuspectTimes!).Item1));
    }

    [Fact]
    public async Task SignsOfLifeChangeNoVersionAndTheLongDeadAreForgotten()
    {
        PostgresMembershipTable table = new(_source);
        var member = Member(1);
        await table.InsertRow(member, (await table.ReadAll()).Version.Next());
        var before = await table.ReadAll();
        member.IAmAliveTime = new DateTime(2026, 11, 25, 13, 0, 0, DateTimeKind.Utc);
        await table.UpdateIAmAlive(member);

        var after = await table.ReadAll();
        Assert.Equal(before.Version, after.Version);
        var (entry, etag) = after.TryGet(member.SiloAddress)!;
        Assert.Equal(member.IAmAliveTime, entry.IAmAliveTime);
        entry.Status = SiloStatus.Dead;
        await table.UpdateRow(entry, etag, after.Version.Next());
        await table.CleanupDefunctSiloEntries(member.IAmAliveTime);
        Assert.Single((await table.ReadAll()).Members);
        await table.CleanupDefunctSiloEntries(member.IAmAliveTime.AddSeconds(1));
        Assert.Empty((await table.ReadAll()).Members);
    }

    [Fact]
    public async Task OnlyWhoTookAProjectOverLastWritesItsRoutesAndAllReadTheSameTable()
    {
        using var old = Board(1);
        using var young = Board(2);
        await old.TakeOverAsync(Shop, CancellationToken.None);
        var first = await old.WriteAsync(Shop, Route("one"), CancellationToken.None);
        await young.TakeOverAsync(Shop, CancellationToken.None);

        Assert.Null(await old.WriteAsync(Shop, Route("stale"), CancellationToken.None));
        var second = await young.WriteAsync(Shop, Route("two"), CancellationToken.None);
        Assert.True(second > first);
        await old.ReadAsync(CancellationToken.None);
        Assert.Equal((second, "two"), (old.Table.Version, Assert.Single(old.Table.Services).Hosts.Single()));
        Assert.Equal(young.Table.Version, old.Table.Version);
    }

    [Fact]
    public async Task WritesOfAProjectTakeEffectInTheirOrderAndVersionsOnlyRise()
    {
        using var board = Board(1);
        await board.TakeOverAsync(Shop, CancellationToken.None);
        await board.TakeOverAsync(new ProjectId("other"), CancellationToken.None);

        var writes = Enumerable.Range(0, 40).Select(i => board.WriteAsync(i % 2 == 0 ? Shop : new ProjectId("other"), Route($"h{i}"), CancellationToken.None)).ToList();
        var versions = await Task.WhenAll(writes);

        Assert.Equal(versions.Length, versions.Distinct().Count());
        Assert.Equal(versions.Where((_, i) => i % 2 == 0).Order(), versions.Where((_, i) => i % 2 == 0));
        await board.ReadAsync(CancellationToken.None);
        Assert.Equal(["h39", "h38"], board.Table.Services.Select(s => s.Hosts.Single()));
    }

    [Fact]
    public async Task AnArtifactThatOneServerTookIsUnpackedByAnother()
    {
        var (here, there) = (Directory.CreateTempSubdirectory("slipway-a-").FullName, Directory.CreateTempSubdirectory("slipway-b-").FullName);
        using PostgresArtifactStore one = new(new FileArtifactStore(here), _source);
        using PostgresArtifactStore other = new(new FileArtifactStore(there), _source);
        var saved = Assert.IsType<ArtifactOutcome.Saved>(await one.SaveAsync(Archive("hello"), CancellationToken.None)).Artifact;

        Assert.True(other.Has(saved.Digest!));
        Assert.Equal("hello", await File.ReadAllTextAsync(Path.Combine(await other.UnpackAsync(saved, CancellationToken.None), "file.txt")));

        await one.RemoveAsync(saved.Digest!, CancellationToken.None);
        Assert.False(one.Has(saved.Digest!));
        Assert.True(other.Has(saved.Digest!));
        Directory.Delete(here, recursive: true);
        Directory.Delete(there, recursive: true);
    }

    [Fact]
    public void ATokenOfOneServerIsKnownToAll()
    {
        new SharedTokens(_source).Add("aa");
        new SharedTokens(_source).Add("aa");
        new SharedTokens(_source).Add("bb");
        Assert.Equal(["aa", "bb"], new SharedTokens(_source).All().Order());
    }

    private PostgresRouteBoard Board(int server) => new(_source, new Silo(server), TimeProvider.System, NullLogger<PostgresRouteBoard>.Instance);

    private static ServiceRoute Route(string host) => new() { Project = Shop, Hosts = [host] };

    private static MembershipEntry Member(int number) => new()
    {
        SiloAddress = SiloAddress.New(IPAddress.Loopback, 7000 + number, number), Status = SiloStatus.Active, HostName = "one host", SiloName = $"s{number}", RoleName = "",
        StartTime = new DateTime(2026, 11, 25, 12, 0, 0, DateTimeKind.Utc), IAmAliveTime = new DateTime(2026, 11, 25, 12, 0, 0, DateTimeKind.Utc), SuspectTimes = [],
    };

    private static MemoryStream Archive(string content)
    {
        MemoryStream archive = new();
        using (System.IO.Compression.ZipArchive zip = new(archive, System.IO.Compression.ZipArchiveMode.Create, leaveOpen: true))
        using (StreamWriter writer = new(zip.CreateEntry("file.txt").Open()))
            writer.Write(content);
        archive.Position = 0;
        return archive;
    }

    private sealed class Silo(int number) : ILocalSiloDetails
    {
        public string Name => $"s{number}";

        public string ClusterId => "slipway";

        public string DnsHostName => "localhost";

        public SiloAddress SiloAddress { get; } = SiloAddress.New(IPAddress.Loopback, 7000 + number, number);

        public SiloAddress GatewayAddress => SiloAddress;
    }
}
