using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Slipway.Testing.Servers;

/// <summary>A PostgreSQL of its own on this machine, with a directory of its own, for as long as a test runs. Everybody on loopback may in.</summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private readonly string _directory;
    private readonly int _port;
    private readonly string _listen;
    private int _databases;
    private PostgresServer? _standby;
    private bool _isDown;

    private PostgresServer(string directory, int port, string listen) => (_directory, _port, _listen) = (directory, port, listen);

    /// <summary>Null when there is none on this machine.</summary>
    private static string? Programs { get; } =
        Directory.Exists("/usr/lib/postgresql") ? Directory.EnumerateDirectories("/usr/lib/postgresql").OrderDescending(StringComparer.Ordinal).Select(d => Path.Combine(d, "bin")).FirstOrDefault(d => File.Exists(Path.Combine(d, "initdb"))) : null;

    private string Name { get; init; } = "data";

    private string Data => Path.Combine(_directory, Name);

    private string Port => _port.ToString(CultureInfo.InvariantCulture);

    /// <summary>Starts one; skips the test on a machine without.</summary>
    /// <param name="network">Of the test's own, from which everybody may in too.</param>
    public static async Task<PostgresServer> StartAsync(string? network = null)
    {
        if (Programs is null && Environment.GetEnvironmentVariable("SLIPWAY_REQUIRE_REAL") == "1")
            Assert.Fail("PostgreSQL is missing: apt-get install postgresql");
        Assert.SkipWhen(Programs is null, "PostgreSQL is missing: apt-get install postgresql");
        var directory = Directory.CreateTempSubdirectory("slipway-postgres-").FullName;
        if (Environment.UserName == "root")
            await RunAsync("chown", "postgres", directory);
        PostgresServer server = new(directory, FreePort(), network is null ? "127.0.0.1" : "*");
        await AsOwnerAsync("initdb", "-D", server.Data, "-U", "slipway", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8");
        if (network is not null)
            await File.AppendAllTextAsync(Path.Combine(server.Data, "pg_hba.conf"), $"host all all {network} trust\n");
        await server.UpAsync();
        return server;
    }

    /// <summary>The address of a fresh database.</summary>
    /// <param name="host">By which it is reached; another than this default must have been given a network to <see cref="StartAsync"/>.</param>
    public async Task<string> CreateDatabaseAsync(string host = "127.0.0.1")
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"d{Interlocked.Increment(ref _databases)}");
        await RunAsync(Path.Combine(Programs!, "createdb"), "-h", "127.0.0.1", "-p", _port.ToString(CultureInfo.InvariantCulture), "-U", "slipway", name);
        return string.Create(CultureInfo.InvariantCulture, $"postgres://slipway@{host}:{_port}/{name}");
    }

    /// <summary>Starts a second server that follows this one, which from then on answers only what both have.</summary>
    public async Task StartStandbyAsync()
    {
        _standby = new PostgresServer(_directory, FreePort(), _listen) { Name = "standby" };
        await AsOwnerAsync("pg_basebackup", "-h", "127.0.0.1", "-p", Port, "-U", "slipway", "-D", _standby.Data, "-R", "-X", "stream", "--checkpoint=fast", "--no-sync");
        await _standby.UpAsync();
        await AsOwnerAsync("psql", "-h", "127.0.0.1", "-p", Port, "-U", "slipway", "-d", "postgres", "-c", "ALTER SYSTEM SET synchronous_standby_names = '*'", "-c", "SELECT pg_reload_conf()");
    }

    /// <summary>The address of a database on both servers.</summary>
    public string OnBoth(string address) => address.Replace($":{Port}/", $":{Port},127.0.0.1:{_standby!.Port}/", StringComparison.Ordinal);

    /// <summary>Ends the first server as a power cut does, and makes the second one the first.</summary>
    public async Task FailOverAsync()
    {
        await AsOwnerAsync("pg_ctl", "-D", Data, "-m", "immediate", "-w", "stop");
        await AsOwnerAsync("psql", "-h", "127.0.0.1", "-p", _standby!.Port, "-U", "slipway", "-d", "postgres", "-c", "SELECT pg_promote()", "-c", "ALTER SYSTEM RESET synchronous_standby_names", "-c", "SELECT pg_reload_conf()");
        _isDown = true;
    }

    /// <summary>Ends it and everybody's connection with it.</summary>
    public Task DownAsync() => AsOwnerAsync("pg_ctl", "-D", Data, "-m", "fast", "-w", "stop");

    public Task UpAsync() => AsOwnerAsync("pg_ctl", "-D", Data, "-w", "-l", Path.Combine(_directory, $"{Name}.log"), "-o",
        string.Create(CultureInfo.InvariantCulture, $"-p {_port} -c listen_addresses={_listen} -c unix_socket_directories={_directory}"), "start");

    public async ValueTask DisposeAsync()
    {
        if (_standby is not null)
            await AsOwnerAsync("pg_ctl", "-D", _standby.Data, "-m", "immediate", "-w", "stop");
        if (!_isDown)
            await AsOwnerAsync("pg_ctl", "-D", Data, "-m", "immediate", "-w", "stop");
        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>PostgreSQL does not run as root.</summary>
    private static Task AsOwnerAsync(string program, params string[] arguments) => Environment.UserName == "root"
        ? RunAsync("runuser", ["-u", "postgres", "--", Path.Combine(Programs!, program), .. arguments])
        : RunAsync(Path.Combine(Programs!, program), arguments);

    /// <summary>Its output is thrown away, not piped: what pg_ctl starts would keep a pipe open.</summary>
    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("sh", ["-c", "exec \"$@\" >/dev/null 2>&1 </dev/null", "sh", program, .. arguments]) { WorkingDirectory = "/" })!;
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}");
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
