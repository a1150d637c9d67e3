using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Slipway.Api;
using Slipway.Testing.Servers;

namespace Slipway.Bench.Engine;

/// <summary>Commands through the API of real servers, by 24 clients who each wait for their answer, spread over the servers.</summary>
/// <param name="Decisions">Answers a second; each was decided and saved.</param>
/// <param name="P50">Milliseconds from the request to the answer.</param>
/// <param name="Cores">Processor time a second of all servers, in cores; the clients and the database take theirs from the same machine.</param>
/// <param name="ReadySeconds">From the start of the first process until it answers.</param>
internal sealed record ServersCost(string Servers, double Decisions, double P50, double P99, double Cores, double ReadySeconds);

internal static class Servers
{
    private const int Clients = 24;

    /// <param name="count">How many share a PostgreSQL; 0: one alone, on SQLite.</param>
    /// <param name="time">How long they are asked.</param>
    public static async Task<ServersCost> MeasureAsync(int count, TimeSpan time)
    {
        var home = Directory.CreateTempSubdirectory("slipway-bench-").FullName;
        await using var database = count > 0 ? await PostgresServer.StartAsync() : null;
        List<Server> servers = [];
        try
        {
            string[] shared = database is null ? [] : ["--cluster", "127.0.0.1:0", "--database", await database.CreateDatabaseAsync()];
            var begun = Stopwatch.GetTimestamp();
            servers.Add(await Server.StartAsync(Path.Combine(home, "0"), shared));
            var ready = Stopwatch.GetElapsedTime(begun).TotalSeconds;
            for (var i = 1; i < count; i++)
                servers.Add(await Server.StartAsync(Path.Combine(home, $"{i}"), shared));
            for (var i = 0; i < Clients; i++)
                await servers[0].Client.ApplyAsync(Project(i), "slipway.yaml", "bench", dryRun: false, CancellationToken.None);
            await AskAsync(servers, TimeSpan.FromSeconds(2));
            var cpu = servers.Sum(s => s.Cpu.TotalSeconds);
            var answers = await AskAsync(servers, time);
            var cores = (servers.Sum(s => s.Cpu.TotalSeconds) - cpu) / time.TotalSeconds;
            answers.Sort();
            return new(count == 0 ? "one, SQLite" : $"{count}, PostgreSQL", answers.Count / time.TotalSeconds, answers[answers.Count / 2], answers[(int)(answers.Count * 0.99)], cores, ready);
        }
        finally
        {
            foreach (var server in servers)
                await server.DisposeAsync();
            Directory.Delete(home, recursive: true);
        }
    }

    /// <summary>Milliseconds of every answer. Each client has a project of its own, and the server of its number.</summary>
    private static async Task<List<double>> AskAsync(List<Server> servers, TimeSpan time)
    {
        var begun = Stopwatch.GetTimestamp();
        var answers = await Task.WhenAll(Enumerable.Range(0, Clients).Select(client => Task.Run(async () =>
        {
            List<double> mine = [];
            for (var n = 0; Stopwatch.GetElapsedTime(begun) < time; n++)
            {
                var asked = Stopwatch.GetTimestamp();
                await servers[client % servers.Count].Client.ActAsync($"p{client}", "production", n % 2 == 0 ? "hold" : "unhold", new ActionRequest("bench"), CancellationToken.None);
                mine.Add(Stopwatch.GetElapsedTime(asked).TotalMilliseconds);
            }

            // Where it began, so that the next round's first command changes something again.
            await servers[client % servers.Count].Client.ActAsync($"p{client}", "production", "unhold", new ActionRequest("bench"), CancellationToken.None);
            return mine;
        })));
        return [.. answers.SelectMany(a => a)];
    }

    private static string Project(int i) => $$"""
        project: p{{i}}
        service: { host: p{{i}}.test, userKey: clientAddress }
        environments:
          - name: production
            deploy: { process: { command: [shop] } }
            checks: []
            strategy: { ramp: { weights: [10%, 100%], every: 10s } }
        """;

    /// <summary>One server in a process of its own.</summary>
    private sealed class Server : IAsyncDisposable
    {
        private readonly Process _process;

        private Server(Process process, SlipwayClient client) => (_process, Client) = (process, client);

        public SlipwayClient Client { get; }

        public TimeSpan Cpu
        {
            get
            {
                _process.Refresh();
                return _process.TotalProcessorTime;
            }
        }

        public static async Task<Server> StartAsync(string data, string[] shared)
        {
            var address = $"127.0.0.1:{FreePort()}";
            ProcessStartInfo info = new(
                Path.Combine(AppContext.BaseDirectory, "slipway"),
                ["server", "--data", data, "--listen", address, "--gateway", "none", "--until-stdin-closes", .. shared])
            {
                RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
            };
            var process = Process.Start(info)!;
            process.OutputDataReceived += (_, _) => { };
            process.ErrorDataReceived += (_, _) => { };
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            using var anyone = SlipwayClient.Connect(new Uri($"http://{address}"), null);
            using PeriodicTimer look = new(TimeSpan.FromMilliseconds(20));
            while (!await anyone.IsReadyAsync(CancellationToken.None))
            {
                if (process.HasExited)
                    throw new InvalidOperationException($"the server ended with code {process.ExitCode}");
                await look.WaitForNextTickAsync();
            }

            return new(process, SlipwayClient.Connect(new Uri($"http://{address}"), (await File.ReadAllTextAsync(Path.Combine(data, "token"))).Trim()));
        }

        public async ValueTask DisposeAsync()
        {
            _process.StandardInput.Close();
            await _process.WaitForExitAsync();
            _process.Dispose();
            Client.Dispose();
        }

        private static int FreePort()
        {
            using TcpListener listener = new(IPAddress.Loopback, 0);
            listener.Start();
            return ((IPEndPoint)listener.LocalEndpoint).Port;
        }
    }
}
