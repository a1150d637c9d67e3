using System.Diagnostics;
using System.Text.Json;
using Slipway.Api;

namespace Slipway.Demo;

/// <summary>A Slipway server of the demo's own, in a process of its own. It ends with the demo, however the demo ends.</summary>
internal sealed class DemoServer : IAsyncDisposable
{
    /// <summary>How long the demo's gateway waits for an answer.</summary>
    public static readonly TimeSpan GatewayTimeout = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly List<string> _errors;

    private DemoServer(Process process, List<string> errors, Uri api, Uri gateway, string token) =>
        (_process, _errors, Api, Gateway, Token, Client) = (process, errors, api, gateway, token, SlipwayClient.Connect(api, token));

    public Uri Api { get; }

    public Uri Gateway { get; }

    public string Token { get; }

    public SlipwayClient Client { get; }

    /// <summary>What the server wrote to standard error.</summary>
    public IReadOnlyList<string> Errors
    {
        get
        {
            lock (_errors)
                return [.. _errors];
        }
    }

    /// <exception cref="DemoException">The server did not come up; the message has what it said.</exception>
    public static async Task<DemoServer> StartAsync(string data, CancellationToken cancellationToken)
    {
        List<string> errors = [];
        var process = Start(data, errors);
        try
        {
            return await WaitAsync(process, data, errors, cancellationToken);
        }
        catch
        {
            process.Kill(entireProcessTree: true);
            process.Dispose();
            throw;
        }
    }

    private static async Task<DemoServer> WaitAsync(Process process, string data, List<string> errors, CancellationToken cancellationToken)
    {
        var file = Path.Combine(data, "server.json");
        var begun = Stopwatch.GetTimestamp();
        while (true)
        {
            if (process.HasExited || Stopwatch.GetElapsedTime(begun) > LongestStart)
            {
                lock (errors)
                    throw new DemoException($"the server did not start: {string.Join(Environment.NewLine, errors)}");
            }

            if (await ReadAsync(file, cancellationToken) is var (api, gateway))
                return new DemoServer(process, errors, api, gateway, (await File.ReadAllTextAsync(Path.Combine(data, "token"), cancellationToken)).Trim());
            await Task.Delay(50, cancellationToken);
        }
    }

    /// <summary>Closes the pipe, at which the server stops what it started and ends.</summary>
    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        _process.StandardInput.Close();
        using CancellationTokenSource enough = new(LongestStart);
        try
        {
            await _process.WaitForExitAsync(enough.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    private static Process Start(string data, List<string> errors)
    {
        var command = Self.Command("server", "--data", data, "--listen", "127.0.0.1:0", "--gateway", "127.0.0.1:0", "--gateway-timeout", $"{GatewayTimeout.TotalSeconds:0}", "--stop-instances", "--until-stdin-closes");
        ProcessStartInfo info = new(command[0], command.Skip(1)) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        var process = Process.Start(info) ?? throw new DemoException($"{command[0]} could not be started");
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, line) =>
        {
            lock (errors)
            {
                if (line.Data is { Length: > 0 } text && errors.Count < 200)
                    errors.Add(text);
            }
        };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static async Task<(Uri Api, Uri Gateway)?> ReadAsync(string file, CancellationToken cancellationToken)
    {
        if (!File.Exists(file))
            return null;
        try
        {
            using var json = JsonDocument.Parse(await File.ReadAllTextAsync(file, cancellationToken));
            return (new Uri(json.RootElement.GetProperty("api").GetString()!), new Uri(json.RootElement.GetProperty("gateway").GetString()!));
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>The demo cannot go on, for a reason that is told to the person as it is.</summary>
internal sealed class DemoException(string message) : Exception(message);
