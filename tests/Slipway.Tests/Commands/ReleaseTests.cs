using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;
using CsCheck;
using Slipway.Api;
using Slipway.Artifacts;

namespace Slipway.Tests.Commands;

public sealed class ReleaseTests
{
    [Theory]
    [InlineData("1.2.0", true)]
    [InlineData(null, true)]
    [InlineData("1.2.0", false)]
    [InlineData(null, false)]
    public async Task AReleaseIsMadeOfFilesOrOfAReferenceWithOrWithoutAVersion(string? version, bool files)
    {
        using TemporaryDirectory directory = new();
        File.WriteAllText(Path.Combine(directory.Path, "app"), "x");
        await using var server = await ServerAsync();
        string[] what = files ? [directory.Path] : ["--reference", "registry/shop:7"];
        var run = await Slip.RunAsync(server, ["release", "create", .. version is null ? [] : new[] { version }, .. what, "--project", "shop", "--notes", "faster"]);
        Assert.Equal(ExitCode.Ok, run.Code);
        var request = JsonSerializer.Deserialize<CreateReleaseRequest>(server.Requests.Last().Body, SlipwayClient.Json);
        Assert.Equal(new CreateReleaseRequest(version, files ? "sha256:ab" : null, files ? null : "registry/shop:7", "faster", "ada"), request);
        Assert.Equal(files ? 2 : 1, server.Requests.Count);
    }

    [Fact]
    public async Task AnArchiveIsSentAsItIs()
    {
        using TemporaryDirectory directory = new();
        var archive = Path.Combine(directory.Path, "app.zip");
        File.WriteAllBytes(archive, [1, 2, 3]);
        await using var server = await ServerAsync();
        await Slip.RunAsync(server, "release", "create", archive, "--project", "shop");
        Assert.Equal([1, 2, 3], server.Requests.First().Body);
    }

    [Fact]
    public void TheUploadsProgressReachesItsLength()
    {
        List<long> seen = [];
        using CountingStream stream = new(new MemoryStream(new byte[100_000]), seen.Add);
        stream.CopyTo(Stream.Null);
        Assert.Equal((true, 100_000), (stream.CanSeek, stream.Length));
        Assert.Equal(100_000, seen[^1]);
        Assert.Equal(seen.Order(), seen);
    }

    [Theory]
    [InlineData("release create --project shop", 2)]
    [InlineData("release create 1.0.0 /nonexistent/out --reference x --project shop", 2)]
    [InlineData("release create /nonexistent/out --project shop", 1)]
    public async Task WhatNoReleaseCanBeMadeOfIsRefusedBeforeAnythingIsSent(string line, int exit)
    {
        await using var server = await ServerAsync();
        var run = await Slip.RunAsync(server, line.Split(' '));
        Assert.Equal(exit, run.Exit);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task PackingKeepsLinksAndPermissionsAndOrder()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "no such permissions there");
        using TemporaryDirectory directory = new();
        Directory.CreateDirectory(Path.Combine(directory.Path, "lib"));
        File.WriteAllText(Path.Combine(directory.Path, "lib", "run"), "#!");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Path.Combine(directory.Path, "lib", "run"), (UnixFileMode)0b111_101_101);
        File.CreateSymbolicLink(Path.Combine(directory.Path, "current"), "lib/run");
        Directory.CreateSymbolicLink(Path.Combine(directory.Path, "loop"), ".");
        var entries = Entries(await PackAsync(directory.Path));
        Assert.Equal([("current", TarEntryType.SymbolicLink), ("lib/", TarEntryType.Directory), ("lib/run", TarEntryType.RegularFile), ("loop", TarEntryType.SymbolicLink)], entries.Select(e => (e.Name, e.Type)));
        Assert.Equal((UnixFileMode)0b111_101_101, entries[2].Mode);
        Assert.Equal("lib/run", entries[0].Link);
    }

    [Fact]
    public void TheSameFilesAlwaysGiveTheSameBytes() =>
        Gen.Select(Gen.String[Gen.Char['a', 'f'], 1, 120].Array[1, 3], Gen.Byte.Array[0, 2_000]).Array[1, 8].Sample(files =>
        {
            using TemporaryDirectory one = new();
            using TemporaryDirectory two = new();
            Write(one.Path, files);
            Write(two.Path, files.Reverse());
            return PackAsync(one.Path).GetAwaiter().GetResult().SequenceEqual(PackAsync(two.Path).GetAwaiter().GetResult());
        }, iter: 40, threads: 1);

    /// <summary>Every file gets a name of its own, so that the order of writing cannot matter.</summary>
    private static void Write(string directory, IEnumerable<(string[] Path, byte[] Data)> files)
    {
        foreach (var (path, data) in files)
        {
            var folder = Directory.CreateDirectory(Path.Combine([directory, .. path]));
            File.WriteAllBytes(Path.Combine(folder.FullName, $"{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(data))}.bin"), data);
            File.SetLastWriteTimeUtc(folder.FullName, DateTime.UnixEpoch.AddDays(directory.Length + data.Length));
        }
    }

    private static async Task<byte[]> PackAsync(string directory)
    {
        using MemoryStream packed = new();
        await DirectoryArchive.PackAsync(directory, packed, CancellationToken.None);
        return packed.ToArray();
    }

    private static List<(string Name, TarEntryType Type, UnixFileMode Mode, string Link)> Entries(byte[] archive)
    {
        using TarReader reader = new(new GZipStream(new MemoryStream(archive), CompressionMode.Decompress));
        List<(string, TarEntryType, UnixFileMode, string)> entries = [];
        while (reader.GetNextEntry() is { } entry)
            entries.Add((entry.Name, entry.EntryType, entry.Mode, entry.LinkName));
        return entries;
    }

    private static async Task<FakeServer> ServerAsync() => (await FakeServer.StartAsync())
        .On("POST /api/v1/artifacts", new ArtifactResponse("sha256:ab", 10))
        .On("POST /api/v1/projects/shop/releases", Shop.Release);
}
