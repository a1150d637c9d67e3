using System.Net;
using System.Net.Sockets;
using Slipway.Core.Projects;

namespace Slipway.Integrations.Deployers.Processes;

/// <summary>Waits until a process can serve.</summary>
internal sealed class HealthProbe(TimeProvider time) : IDisposable
{
    private static readonly TimeSpan TryEvery = TimeSpan.FromMilliseconds(75);

    /// <summary>One look may take this long; a process that accepts and does not answer is not ready.</summary>
    private static readonly TimeSpan TryFor = TimeSpan.FromSeconds(2);

    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        PooledConnectionLifetime = TimeSpan.Zero,
        MaxResponseDrainSize = 0,
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>Returns as soon as it is ready, has exited, or the start took too long.</summary>
    public async Task<Readiness> WaitAsync(RunningProcess process, int port, DeploySpec.Process deploy, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(deploy.StartTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var polling = PollAsync(port, deploy.Health, both.Token);
        await Task.WhenAny(polling, process.Exited);
        if (!process.Exited.IsCompleted)
        {
            var problem = await polling;
            cancellationToken.ThrowIfCancellationRequested();

            // Looked at once more: somebody else may have answered on the port of a process that could not take it.
            if (!process.Exited.IsCompleted)
                return problem is null ? new Readiness.Ready() : new Readiness.TimedOut(problem);
        }

        await both.CancelAsync();
        await polling;
        return new Readiness.Exited(await process.Exited);
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Null once ready; what was wrong last when cancelled before.</summary>
    private async Task<string?> PollAsync(int port, string? path, CancellationToken cancellationToken)
    {
        var problem = "it was not asked yet";
        try
        {
            while (await LookAsync(port, path, cancellationToken) is { } seen)
            {
                problem = seen;
                await Task.Delay(TryEvery, time, cancellationToken);
            }

            return null;
        }
        catch (OperationCanceledException)
        {
            return problem;
        }
    }

    private async Task<string?> LookAsync(int port, string? path, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(TryFor, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return path is null ? await ConnectAsync(port, both.Token) : await AskAsync(port, path, both.Token);
        }
        catch (Exception e) when (e is SocketException or HttpRequestException { InnerException: SocketException })
        {
            return $"nothing accepted a connection on 127.0.0.1:{port}";
        }
        catch (HttpRequestException e)
        {
            return $"GET {path} on 127.0.0.1:{port} failed: {e.Message}";
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"127.0.0.1:{port} accepted a connection and did not answer within {TryFor.TotalSeconds:0} s";
        }
    }

    private static async Task<string?> ConnectAsync(int port, CancellationToken cancellationToken)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
        return null;
    }

    private async Task<string?> AskAsync(int port, string path, CancellationToken cancellationToken)
    {
        using var response = await _http.GetAsync(new Uri($"http://127.0.0.1:{port}{path}"), HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        return response.IsSuccessStatusCode ? null : $"GET {path} on 127.0.0.1:{port} answered {(int)response.StatusCode}";
    }
}
