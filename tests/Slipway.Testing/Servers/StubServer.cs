using System.Collections.Concurrent;
using System.Net;
using System.Text;

namespace Slipway.Testing.Servers;

/// <summary>What a stub was asked.</summary>
public sealed record StubRequest(string Method, string Path, IReadOnlyDictionary<string, string> Headers, string Body)
{
    /// <summary>Method, path, the headers of the names given, and body: what a recorded contract holds.</summary>
    public string Recorded(params string[] headers) => $"{Method} {Path}\n{string.Concat(headers.Select(h => $"{h}: {Headers.GetValueOrDefault(h)}\n"))}\n{Body}";
}

/// <summary>What a stub answers. Null body: it never answers.</summary>
public sealed record StubReply(int Status, string? Body)
{
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    public static StubReply Json(string body) => new(200, body);

    public static StubReply Never { get; } = new(0, null);
}

/// <summary>A real HTTP server on loopback that answers as a test says, and notes what it was asked.</summary>
public sealed class StubServer : IDisposable
{
    private static int _next = 24_000 + (Environment.ProcessId % 4_000);

    private readonly HttpListener _listener;
    private readonly CancellationTokenSource _closed = new();

    public StubServer()
    {
        while (true)
        {
            // A listener that could not start cannot be used again.
            HttpListener listener = new();
            Address = $"http://127.0.0.1:{Interlocked.Increment(ref _next)}";
            try
            {
                listener.Prefixes.Add($"{Address}/");
                listener.Start();
                _listener = listener;
                break;
            }
            catch (HttpListenerException) when (_next < 32_000)
            {
                // Somebody has it; the next one.
            }
        }

        _ = Task.Run(ListenAsync);
    }

    public string Address { get; }

    public Func<StubRequest, StubReply> Answer { get; set; } = _ => StubReply.Json("{}");

    public ConcurrentQueue<StubRequest> Asked { get; } = new();

    public void Dispose()
    {
        _closed.Cancel();
        _listener.Close();
        _closed.Dispose();
    }

    private async Task ListenAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                _ = AnswerAsync(await _listener.GetContextAsync());
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        using StreamReader reader = new(context.Request.InputStream);
        var headers = context.Request.Headers.AllKeys.ToDictionary(k => k!, k => context.Request.Headers[k]!, StringComparer.OrdinalIgnoreCase);
        StubRequest request = new(context.Request.HttpMethod, context.Request.RawUrl ?? "", headers, await reader.ReadToEndAsync());
        Asked.Enqueue(request);
        var reply = Answer(request);
        if (reply.Body is null)
            return;
        context.Response.StatusCode = reply.Status;
        foreach (var (name, value) in reply.Headers)
            context.Response.Headers[name] = value;
        try
        {
            await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(reply.Body), _closed.Token);
            context.Response.Close();
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or OperationCanceledException)
        {
            // Whoever asked has gone.
        }
    }
}
