using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Slipway.Bench.Gateway;

/// <summary>A process under measurement, on a free port of loopback.</summary>
internal sealed class Proxy : IDisposable
{
    private readonly Process _process;

    private Proxy(string name, int port, Process process) => (Name, Port, _process) = (name, port, process);

    public string Name { get; }

    public int Port { get; }

    public string Address => $"http://127.0.0.1:{Port}";

    /// <summary>Processor seconds used so far, user and system, all threads: fields 14 and 15 of /proc/PID/stat, in hundredths.</summary>
    public double CpuSeconds
    {
        get
        {
            var stat = File.ReadAllText($"/proc/{_process.Id}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / 100.0;
        }
    }

    /// <summary>This program again, in one of its serving roles.</summary>
    public static Task<Proxy> SelfAsync(string name, string role, string backend)
    {
        var port = FreePort();
        return StartAsync(name, port, Environment.ProcessPath!, "serve", role, $"{port}", backend);
    }

    /// <param name="configure">Writes the configuration for a port and gives the arguments.</param>
    public static Task<Proxy> InstalledAsync(string name, string program, Func<int, string[]> configure)
    {
        var port = FreePort();
        return StartAsync(name, port, program, configure(port));
    }

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }

    private static async Task<Proxy> StartAsync(string name, int port, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is { } said)
                Console.Error.WriteLine($"{name}: {said}");
        };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var proxy = new Proxy(name, port, process);
        await proxy.AnswersAsync();
        return proxy;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task AnswersAsync()
    {
        using var client = new HttpClient();
        for (var attempt = 0; attempt < 200 && !_process.HasExited; attempt++)
        {
            try
            {
                (await client.GetAsync(new Uri(Address))).EnsureSuccessStatusCode();
                return;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(50);
            }
        }

        throw new InvalidOperationException($"{Name} did not answer on {Address} within 10 seconds");
    }
}
