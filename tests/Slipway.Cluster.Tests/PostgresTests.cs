using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Orleans;
using Orleans.Runtime;
using Slipway.Cluster.Artifacts;
using Slipway.Cluster.Membership;
using Slipway.Cluster.Nodes;
using Slipway.Cluster.Routes;
using Slipway.Core.Projects;
using Slipway.Core.Traffic;
using Slipway.Engine.Feed;
using Slipway.Engine.Ports;
using Slipway.Storage;
using Slipway.Testing;
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
        using var one = Artifacts(new FileArtifactStore(here));
        using var other = Artifacts(new FileArtifactStore(there));
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
    public async Task WhatOnlyAServerHadThatIsGoneIsListedAndCanBeThrownAway()
    {
        var (here, there) = (Directory.CreateTempSubdirectory("slipway-a-").FullName, Directory.CreateTempSubdirectory("slipway-b-").FullName);
        using var gone = Artifacts(new FileArtifactStore(here));
        using var left = Artifacts(new FileArtifactStore(there));
        var saved = Assert.IsType<ArtifactOutcome.Saved>(await gone.SaveAsync(Archive("hello"), CancellationToken.None)).Artifact;
        Directory.Delete(here, recursive: true);

        var listed = Assert.Single(await left.ListAsync(CancellationToken.None));
        Assert.Equal((saved.Digest, saved.Bytes), (listed.Digest, listed.Bytes));
        Assert.InRange(listed.StoredAt, DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow.AddMinutes(1));
        await left.RemoveAsync(listed.Digest, CancellationToken.None);

        Assert.Empty(await left.ListAsync(CancellationToken.None));
        Assert.False(left.Has(listed.Digest));
        Directory.Delete(there, recursive: true);
    }

    /// <summary>Or else a server whose file of it is old would throw it away between an upload elsewhere and its release.</summary>
    [Fact]
    public async Task AnArtifactIsAsNewAsItsLastUploadToAnyServer()
    {
        var (here, there) = (Directory.CreateTempSubdirectory("slipway-a-").FullName, Directory.CreateTempSubdirectory("slipway-b-").FullName);
        using var one = Artifacts(new FileArtifactStore(here));
        using var other = Artifacts(new FileArtifactStore(there));
        using var archive = Archive("hello");
        var digest = Assert.IsType<ArtifactOutcome.Saved>(await one.SaveAsync(archive, CancellationToken.None)).Artifact.Digest!;
        DateTime longAgo = new(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(Path.Combine(here, "artifacts", "sha256", digest["sha256:".Length..]), longAgo);
        await ExecuteAsync("UPDATE slipway_cluster.artifacts SET stored = '2020-01-01 00:00:00+00'");
        Assert.Equal(longAgo, Assert.Single(await one.ListAsync(CancellationToken.None)).StoredAt.UtcDateTime);

        archive.Position = 0;
        await other.SaveAsync(archive, CancellationToken.None);

        Assert.True(Assert.Single(await one.ListAsync(CancellationToken.None)).StoredAt.UtcDateTime > longAgo.AddYears(1));
        Directory.Delete(here, recursive: true);
        Directory.Delete(there, recursive: true);
    }

    [Fact]
    public async Task ArtifactsFromBeforeAreSharedOnceTheDatabaseIsBackButForThoseThatWerePrunedMeanwhile()
    {
        var (here, there) = (Directory.CreateTempSubdirectory("slipway-a-").FullName, Directory.CreateTempSubdirectory("slipway-b-").FullName);
        FileArtifactStore files = new(here);
        var kept = Assert.IsType<ArtifactOutcome.Saved>(await files.SaveAsync(Archive("kept"), CancellationToken.None)).Artifact.Digest!;
        var pruned = Assert.IsType<ArtifactOutcome.Saved>(await files.SaveAsync(Archive("pruned"), CancellationToken.None)).Artifact.Digest!;
        await _server.DownAsync();
        Lines<PostgresArtifactStore> said = new();
        using PostgresArtifactStore shared = new(files, _source, TimeProvider.System, said);

        await shared.StartAsync(CancellationToken.None);
        await Eventually.IsAsync("neither could be shared", () => said.Count("could not be put into the database") >= 2);
        await files.RemoveAsync(pruned, CancellationToken.None);
        await _server.UpAsync();
        await shared.ExecuteTask!;

        using var other = Artifacts(new FileArtifactStore(there));
        Assert.Equal((true, false), (other.Has(kept), other.Has(pruned)));
        Directory.Delete(here, recursive: true);
        Directory.Delete(there, recursive: true);
    }

    [Fact]
    public async Task RoutesThatCannotBeReadAreReadOnceTheyCan()
    {
        using var writer = Board(1);
        await writer.TakeOverAsync(Shop, CancellationToken.None);
        await ExecuteAsync("UPDATE slipway_cluster.routes SET route = '[]', version = nextval('slipway_cluster.route_versions')");
        Lines<PostgresRouteBoard> said = new();
        using PostgresRouteBoard reader = new(_source, new Silo(2), TimeProvider.System, said);
        await reader.StartAsync(CancellationToken.None);
        await Eventually.IsAsync("it cannot read them", () => said.Count("could not be read") > 0);

        await writer.WriteAsync(Shop, Route("one"), CancellationToken.None);

        await Eventually.IsAsync("it reads them", () => reader.Table.Services is [{ Hosts: ["one"] }]);
        await reader.StopAsync(CancellationToken.None);
    }

    /// <summary>A connection that broke while nobody used it fails in another way than one that breaks in use.</summary>
    [Fact]
    public async Task NewsIsToldAgainAfterConnectionsBrokeThatNobodyUsed()
    {
        Lines<NpgsqlConnection> said = new();
        NpgsqlDataSourceBuilder settings = new(_source.ConnectionString) { ConnectionStringBuilder = { KeepAlive = 1, ApplicationName = "news" } };
        await using var source = settings.UseLoggerFactory(said).Build();
        await using EventFeed feed = new(new InMemoryEventStore(), TimeProvider.System);
        NewsOfAppends news = new();
        using SharedNews shared = new(source, feed, news, TimeProvider.System, NullLogger<SharedNews>.Instance);
        await shared.StartAsync(CancellationToken.None);
        await HearsAsync();

        await ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'news'");
        await Eventually.IsAsync("the connection that is used for telling only is known to be broken", () => said.Count("Keepalive failed") > 0);

        await HearsAsync();
        await shared.StopAsync(CancellationToken.None);

        async Task HearsAsync()
        {
            using CancellationTokenSource enough = new(TimeSpan.FromSeconds(20));
            await using var listener = await _source.OpenConnectionAsync();
            await using NpgsqlCommand listen = new("LISTEN slipway_news", listener);
            await listen.ExecuteNonQueryAsync();
            news.Stored();
            await listener.WaitAsync(enough.Token);
        }
    }

    private PostgresArtifactStore Artifacts(FileArtifactStore files) => new(files, _source, TimeProvider.System, NullLogger<PostgresArtifactStore>.Instance);

    private async Task ExecuteAsync(string sql)
    {
        await using var command = _source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
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
