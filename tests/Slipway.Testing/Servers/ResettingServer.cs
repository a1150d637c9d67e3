using System.Net;
using System.Net.Sockets;

namespace Slipway.Testing.Servers;

/// <summary>
/// Takes each connection and resets it at once, as a load balancer without a server behind it does. About one in a hundred of them is reset
/// while the client is still making it, and of these .NET's HTTP client throws the <see cref="SocketException"/> itself.
/// </summary>
public sealed class ResettingServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Thread _thread;

    public ResettingServer()
    {
        _listener.Start(backlog: 100);
        _thread = new Thread(Reset) { IsBackground = true };
        _thread.Start();
    }

    public Uri Address => new($"http://{_listener.LocalEndpoint}");

    public void Dispose()
    {
        _listener.Stop();
        _thread.Join();
    }

    private void Reset()
    {
        try
        {
            while (true)
            {
                using var connection = _listener.AcceptSocket();
                connection.LingerState = new LingerOption(true, 0);
            }
        }
        catch (Exception e) when (e is SocketException or InvalidOperationException)
        {
            // It was stopped.
        }
    }
}
