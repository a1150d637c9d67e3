using System.Diagnostics;

namespace Slipway.Tests.EndToEnd;

/// <summary>A disk of 64 MB mounted somewhere, that can be filled to its last byte. Only root can have one; others skip the test.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private readonly string _path;

    private SmallDisk(string path) => _path = path;

    public static async Task<SmallDisk> MountAsync(string path)
    {
        Directory.CreateDirectory(path);
        var mounted = Environment.UserName == "root" && await RunAsync("mount", "-t", "tmpfs", "-o", "size=64m,mode=700", "tmpfs", path);
        Assert.SkipUnless(mounted, "a disk can only be filled by root, on a machine that lets it mount one");
        return new SmallDisk(path);
    }

    public void Fill()
    {
        using FileStream filler = new(Path.Combine(_path, "filler"), FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        var bytes = new byte[1 << 20];
        for (var size = bytes.Length; size > 0; size /= 2)
        {
            try
            {
                while (true)
                    filler.Write(bytes.AsSpan(0, size));
            }
            catch (IOException)
            {
                // No room for so much; less may fit.
            }
        }
    }

    public void MakeRoom() => File.Delete(Path.Combine(_path, "filler"));

    /// <summary>Lazily: what still runs there may hold it for a moment.</summary>
    public async ValueTask DisposeAsync() => await RunAsync("umount", "--lazy", _path);

    private static async Task<bool> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        await process.WaitForExitAsync();
        return process.ExitCode == 0;
    }
}
