using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Slipway.Testing.Servers;

/// <summary>A Prometheus of its own on this machine, which scrapes a target of the test, for as long as a test runs.</summary>
public sealed class PrometheusServer : IAsyncDisposable
{
    private readonly string _directory;
    private readonly Process _process;

    private PrometheusServer(string directory, Process process, string address) => (_directory, _process, Address) = (directory, process, address);

    public string Address { get; }

    /// <summary>Starts one that scrapes <c>/metrics</c> of the targets four times a second; skips the test on a machine without.</summary>
    public static async Task<PrometheusServer> StartAsync(params string[] targets)
    {
        var missing = !File.Exists("/usr/bin/prometheus");
        if (missing && Environment.GetEnvironmentVariable("SLIPWAY_REQUIRE_REAL") == "1")
            Assert.Fail("Prometheus is missing: apt-get install prometheus");
        Assert.SkipWhen(missing, "Prometheus is missing: apt-get install prometheus");
        var directory = Directory.CreateTempSubdirectory("slipway-prometheus-").FullName;
        await File.WriteAllTextAsync(Path.Combine(directory, "prometheus.yml"), $"""
            global: {"{"} scrape_interval: 250ms, scrape_timeout: 250ms {"}"}
            scrape_configs:
              - job_name: shop
                static_configs: [{"{"} targets: [{string.Join(", ", targets)}] {"}"}]
            """);
        var port = FreePort();
        ProcessStartInfo info = new("/usr/bin/prometheus",
        [
            $"--config.file={directory}/prometheus.yml", $"--storage.tsdb.path={directory}/data", string.Create(CultureInfo.InvariantCulture, $"--web.listen-address=127.0.0.1:{port}"),
            "--enable-feature=native-histograms", "--log.level=error",
        ])
        { WorkingDirectory = directory };
        PrometheusServer server = new(directory, Process.Start(info)!, string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));
        using HttpClient http = new();
        await Eventually.IsAsync("Prometheus is ready", async () =>
        {
            try
            {
                return (await http.GetAsync(new Uri($"{server.Address}/-/ready"))).IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
