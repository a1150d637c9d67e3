namespace Slipway.Server;

/// <summary>Where a server keeps everything. One server at a time; for its owner's eyes only.</summary>
public sealed class DataDirectory : IDisposable
{
    private readonly FileStream _lock;

    private DataDirectory(string path, FileStream held) => (Path, _lock) = (path, held);

    public string Path { get; }

    public string Database => File("slipway.db");

    public string Token => File("token");

    /// <summary>Where the running server listens, for programs on this machine.</summary>
    public string Addresses => File("server.json");

    /// <summary>Names this installation to the instances it starts, so that it recognises them later.</summary>
    public string InstallationId
    {
        get
        {
            var file = File("installation");
            if (!System.IO.File.Exists(file))
                System.IO.File.WriteAllText(file, Guid.NewGuid().ToString("n"));
            return System.IO.File.ReadAllText(file).Trim();
        }
    }

    /// <summary>Makes the directory when it is missing and takes it for this process.</summary>
    /// <exception cref="ServerStartException">It cannot be made or written, or another server has it.</exception>
    public static DataDirectory Open(string path)
    {
        var full = System.IO.Path.GetFullPath(path);
        try
        {
            if (!Directory.Exists(full))
                Create(full);
            return new DataDirectory(full, new FileStream(System.IO.Path.Combine(full, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e) when (Directory.Exists(full))
        {
            throw new ServerStartException("SLIP0501", full, "another Slipway server uses this data directory", "stop it, or choose another with `--data`", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ServerStartException("SLIP0502", full, $"the data directory cannot be used: {e.Message}", "make it writable, or choose another with `--data`", e);
        }
    }

    public void Dispose() => _lock.Dispose();

    private string File(string name) => System.IO.Path.Combine(Path, name);

    private static void Create(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
