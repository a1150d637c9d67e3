using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Slipway.Core.Releases;
using Slipway.Engine.Ports;

namespace Slipway.Storage.Tests;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class FileArtifactStoreTests : IDisposable
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _data = Directory.CreateTempSubdirectory("slipway-artifacts-").FullName;
    private readonly FileArtifactStore _store;

    public FileArtifactStoreTests() => _store = new FileArtifactStore(_data);

    public static TheoryData<string> Formats => ["tar.gz", "tar", "zip"];

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task AnArchiveIsKeptByItsDigestAndUnpackedWithItsExecutableBits(string format)
    {
        var bytes = Pack(format, ("bin/shop", "run", Owner | UnixFileMode.UserExecute), ("größe.txt", "text", Owner));

        var artifact = await SavedAsync(bytes);

        Assert.Equal(new Artifact(ArtifactKind.Archive, $"sha256:{Convert.ToHexStringLower(SHA256.HashData(bytes))}", null, bytes.Length), artifact);
        Assert.True(_store.Has(artifact.Digest!));
        var files = await _store.UnpackAsync(artifact, CancellationToken.None);
        Assert.Equal(("run", "text"), (Read(files, "bin/shop"), Read(files, "größe.txt")));
        Assert.True(File.GetUnixFileMode(Path.Combine(files, "bin/shop")).HasFlag(UnixFileMode.UserExecute));
        Assert.False(File.GetUnixFileMode(Path.Combine(files, "größe.txt")).HasFlag(UnixFileMode.UserExecute));
    }

    [Fact]
    public async Task TheSameBytesTwiceAreOneArtifact()
    {
        var bytes = Pack("zip", ("a", "1", Owner));

        Assert.Equal(await SavedAsync(bytes), await SavedAsync(bytes));
        Assert.Single(Directory.GetFileSystemEntries(Path.Combine(_data, "artifacts", "sha256")));
    }

    [Fact]
    public async Task OverlappingCallsUnpackOnceAndShare()
    {
        var artifact = await SavedAsync(Pack("tar.gz", ("a", "1", Owner)));

        var directories = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => _store.UnpackAsync(artifact, CancellationToken.None))));

        Assert.Equal("1", Read(Assert.Single(directories.Distinct()), "a"));
        Assert.Equal(directories[0], await new FileArtifactStore(_data).UnpackAsync(artifact, CancellationToken.None));
    }

    [Fact]
    public async Task SetuidIsDropped()
    {
        var artifact = await SavedAsync(Pack("tar.gz", ("a", "1", Owner | UnixFileMode.UserExecute | UnixFileMode.SetUser | UnixFileMode.SetGroup)));

        var mode = File.GetUnixFileMode(Path.Combine(await _store.UnpackAsync(artifact, CancellationToken.None), "a"));
        Assert.Equal(Owner | UnixFileMode.UserExecute, mode);
    }

    [Fact]
    public async Task ALinkThatStaysInsideIsKept()
    {
        var artifact = await SavedAsync(Tar(Link("lib/shop.so", "../bin/shop.so.1"), Regular("bin/shop.so.1", "code")));

        Assert.Equal("code", Read(await _store.UnpackAsync(artifact, CancellationToken.None), "lib/shop.so"));
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("/etc/x")]
    [InlineData("a/../../x")]
    [InlineData("a\\..\\..\\x")]
    public async Task APathThatLeavesTheDirectoryIsRefused(string path)
    {
        Assert.Contains(path, await RefusedAsync(Tar(Regular(path, "x"))), StringComparison.Ordinal);
        Assert.Contains(path, await RefusedAsync(Pack("zip", (path, "x", Owner))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("../../etc/passwd")]
    [InlineData("a/../../../x")]
    public async Task ALinkThatLeavesTheDirectoryIsRefused(string target)
    {
        Assert.Contains("dir/link", await RefusedAsync(Tar(Link("dir/link", target))), StringComparison.Ordinal);
        Assert.Contains("dir/link", await RefusedAsync(Tar(new PaxTarEntry(TarEntryType.HardLink, "dir/link") { LinkName = target.Replace("../../", "../", StringComparison.Ordinal) })), StringComparison.Ordinal);
    }

    [Fact]
    public async Task LinksThatOnlyLeaveTogetherAreRefused() =>
        Assert.Contains("'z'", await RefusedAsync(Tar(new PaxTarEntry(TarEntryType.Directory, "x"), Link("x/y", ".."), Link("z", "x/y/.."))), StringComparison.Ordinal);

    [Fact]
    public async Task AFileBehindALinkIsRefused() =>
        Assert.Contains("goes through the link", await RefusedAsync(Tar(Link("a", "b"), Regular("a/x", "x"))), StringComparison.Ordinal);

    [Fact]
    public async Task ADeviceIsRefused() =>
        Assert.Contains("'null'", await RefusedAsync(Tar(new PaxTarEntry(TarEntryType.CharacterDevice, "null") { DeviceMajor = 1, DeviceMinor = 3 })), StringComparison.Ordinal);

    [Fact]
    public async Task WhatIsNoArchiveIsRefused()
    {
        Assert.Contains(".tar.gz", await RefusedAsync(Encoding.UTF8.GetBytes("#!/bin/sh\n")), StringComparison.Ordinal);
        Assert.Contains(".tar.gz", await RefusedAsync([]), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task ADamagedArchiveIsRefused(string format)
    {
        var bytes = Pack(format, ("a", new string('x', 5000), Owner));

        Assert.NotEmpty(await RefusedAsync(bytes[..(bytes.Length / 2)]));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task AnEmptyArchiveIsRefused(string format) => Assert.NotEmpty(await RefusedAsync(Pack(format)));

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task WhatIsPastALimitIsRefused(string format)
    {
        var bytes = Pack(format, ("a", new string('x', 3000), Owner), ("b", new string('x', 3000), Owner));

        Assert.Contains("larger than 100 bytes", await RefusedAsync(bytes, new ArtifactLimits { Bytes = 100 }), StringComparison.Ordinal);
        Assert.Contains("more than 5999 bytes", await RefusedAsync(bytes, new ArtifactLimits { UnpackedBytes = 5999 }), StringComparison.Ordinal);
        Assert.Contains("more than 1 files", await RefusedAsync(bytes, new ArtifactLimits { Entries = 1 }), StringComparison.Ordinal);
        Assert.IsType<ArtifactOutcome.Saved>(await SaveAsync(bytes, new ArtifactLimits { UnpackedBytes = 6000, Entries = 2 }));
    }

    [Fact]
    public async Task BytesThatChangedOnDiskAreNotUnpacked()
    {
        var artifact = await SavedAsync(Pack("zip", ("a", "1", Owner)));
        await File.AppendAllTextAsync(Path.Combine(_data, "artifacts", "sha256", artifact.Digest!["sha256:".Length..]), "x");

        await Assert.ThrowsAsync<InvalidDataException>(() => _store.UnpackAsync(artifact, CancellationToken.None));
    }

    [Theory]
    [InlineData("sha256:../../../etc/passwd")]
    [InlineData("md5:1")]
    [InlineData("")]
    public async Task ADigestThatIsNoneIsNotHere(string digest)
    {
        Assert.False(_store.Has(digest));
        await Assert.ThrowsAsync<FileNotFoundException>(() => _store.UnpackAsync(new Artifact(ArtifactKind.Archive, digest, null, 1), CancellationToken.None));
    }

    public void Dispose() => Directory.Delete(_data, recursive: true);

    private async Task<Artifact> SavedAsync(byte[] bytes) => Assert.IsType<ArtifactOutcome.Saved>(await SaveAsync(bytes, new ArtifactLimits())).Artifact;

    /// <summary>Nothing is left of what was refused.</summary>
    private async Task<string> RefusedAsync(byte[] bytes, ArtifactLimits? limits = null)
    {
        var reason = Assert.IsType<ArtifactOutcome.Refused>(await SaveAsync(bytes, limits ?? new ArtifactLimits())).Reason;
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(_data, "artifacts", "sha256")));
        return reason;
    }

    private Task<ArtifactOutcome> SaveAsync(byte[] bytes, ArtifactLimits limits) => new FileArtifactStore(_data, limits).SaveAsync(new MemoryStream(bytes), CancellationToken.None);

    private static string Read(string directory, string name) => File.ReadAllText(Path.Combine(directory, name));

    private static byte[] Pack(string format, params (string Name, string Text, UnixFileMode Mode)[] files)
    {
        if (format != "zip")
            return Tar(format == "tar.gz", [.. files.Select(f => Regular(f.Name, f.Text, f.Mode))]);
        using MemoryStream bytes = new();
        using (ZipArchive zip = new(bytes, ZipArchiveMode.Create))
        {
            foreach (var (name, text, mode) in files)
            {
                var entry = zip.CreateEntry(name);
                entry.ExternalAttributes = (int)mode << 16;
                using var content = entry.Open();
                content.Write(Encoding.UTF8.GetBytes(text));
            }
        }

        return bytes.ToArray();
    }

    private static byte[] Tar(params TarEntry[] entries) => Tar(compressed: true, entries);

    private static byte[] Tar(bool compressed, TarEntry[] entries)
    {
        using MemoryStream bytes = new();
        using (TarWriter tar = new(bytes, leaveOpen: true))
        {
            foreach (var entry in entries)
                tar.WriteEntry(entry);
        }

        return compressed ? Compress(bytes.ToArray()) : bytes.ToArray();
    }

    private static byte[] Compress(byte[] plain)
    {
        using MemoryStream bytes = new();
        using (GZipStream zip = new(bytes, CompressionLevel.Fastest))
            zip.Write(plain);
        return bytes.ToArray();
    }

    private static PaxTarEntry Regular(string name, string text, UnixFileMode mode = Owner) =>
        new(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)), Mode = mode };

    private static PaxTarEntry Link(string name, string target) => new(TarEntryType.SymbolicLink, name) { LinkName = target };
}
