using Microsoft.Data.Sqlite;
using Slipway.Engine.Ports;

namespace Slipway.Storage.Tests;

public sealed class BackupTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("slipway-backup-").FullName;

    private string Data => Path.Combine(_root, "data");

    private string File => Path.Combine(_root, "backup.tar.gz");

    [Fact]
    public async Task WhatIsRestoredIsWhatWasThereAtOneMomentWhileTheServerWroteOn()
    {
        using var store = SqliteEventStore.Open(Path.Combine(Data, "slipway.db"));
        await System.IO.File.WriteAllTextAsync(Path.Combine(Data, "token"), "t0ken");
        Directory.CreateDirectory(Path.Combine(Data, "artifacts", "sha256", "abc.d"));
        await System.IO.File.WriteAllTextAsync(Path.Combine(Data, "artifacts", "sha256", "abc"), "bytes");
        using CancellationTokenSource enough = new();
        var first = new TaskCompletionSource();
        var writing = Task.Run(async () =>
        {
            for (var i = 0; !enough.IsCancellationRequested; i++)
            {
                await store.AppendAsync("s", i, [new NewEvent("test.happened", $"{i}", DateTimeOffset.UnixEpoch)], default);
                first.TrySetResult();
            }
        });
        await first.Task;

        await Backup.WriteAsync(Data, File, default);
        await enough.CancelAsync();
        await writing;
        var restored = Path.Combine(_root, "restored");
        await Backup.RestoreAsync(File, restored, default);

        using var again = SqliteEventStore.Open(Path.Combine(restored, "slipway.db"));
        var events = await again.ReadStreamAsync("s", 0, default);
        Assert.NotEmpty(events);
        Assert.Equal(Enumerable.Range(0, events.Length).Select(i => $"{i}"), events.Select(e => e.Data));
        Assert.True(events.Length <= (await store.ReadStreamAsync("s", 0, default)).Length);
        Assert.Equal("t0ken", await System.IO.File.ReadAllTextAsync(Path.Combine(restored, "token")));
        Assert.Equal("bytes", await System.IO.File.ReadAllTextAsync(Path.Combine(restored, "artifacts", "sha256", "abc")));
        Assert.Equal(["backup.tar.gz", "data", "restored"], Directory.EnumerateFileSystemEntries(_root).Select(Path.GetFileName).Order());
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
    }

    [Fact]
    public async Task NothingIsRestoredOverAnInstallation()
    {
        SqliteEventStore.Open(Path.Combine(Data, "slipway.db")).Dispose();
        await Backup.WriteAsync(Data, File, default);

        Assert.Equal("SLIP0523", (await Assert.ThrowsAsync<StoreException>(() => Backup.RestoreAsync(File, Data, default))).Problem.Code);
    }

    [Fact]
    public async Task WhatIsNoBackupIsToldAndLeavesNothingBehind()
    {
        await System.IO.File.WriteAllTextAsync(File, "not a backup");

        Assert.Equal("SLIP0524", (await Assert.ThrowsAsync<StoreException>(() => Backup.RestoreAsync(File, Data, default))).Problem.Code);
        Assert.Equal("SLIP0521", (await Assert.ThrowsAsync<StoreException>(() => Backup.WriteAsync(Data, File, default))).Problem.Code);
        Assert.Equal([File], Directory.EnumerateFileSystemEntries(_root));
    }

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_root, recursive: true);
    }
}
