using System.Diagnostics;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Slipway.Testing;

namespace Slipway.Server.Tests.Page;

/// <summary>A page in a real browser without a window, asked through the browser's own debugging protocol.</summary>
internal sealed class Chromium : IAsyncDisposable
{
    private const string Program = "/usr/bin/chromium";

    private readonly string _profile = Directory.CreateTempSubdirectory("slipway-test-").FullName;
    private readonly Process _browser;
    private readonly ClientWebSocket _socket = new();
    private readonly byte[] _buffer = new byte[1 << 20];
    private int _asked;

    private Chromium(string address) => _browser = Process.Start(new ProcessStartInfo(Program,
    [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
        $"--user-data-dir={_profile}", "--remote-debugging-port=0", address,
    ]) { RedirectStandardOutput = true, RedirectStandardError = true })!;

    public static async Task<Chromium> OpenAsync(string address)
    {
        Need();
        Chromium page = new(address);
        await page.ConnectAsync();
        return page;
    }

    /// <summary>What a person can read on the page.</summary>
    public Task<string> TextAsync() => EvaluateAsync("document.body.innerText");

    public Task<string> AddressAsync() => EvaluateAsync("location.href");

    /// <summary>The value of an expression in the page, as text; empty when the page is not there yet to answer.</summary>
    public async Task<string> EvaluateAsync(string expression)
    {
        var id = ++_asked;
        var question = JsonSerializer.SerializeToUtf8Bytes(new { id, method = "Runtime.evaluate", @params = new { expression = $"String({expression})", returnByValue = true } });
        using CancellationTokenSource enough = new(TimeSpan.FromSeconds(30));
        await _socket.SendAsync(question, WebSocketMessageType.Text, endOfMessage: true, enough.Token);
        while (true)
        {
            using var answer = JsonDocument.Parse(await ReceiveAsync(enough.Token));
            if (answer.RootElement.TryGetProperty("id", out var its) && its.GetInt32() == id)
                return Value(answer.RootElement);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        _browser.Kill(entireProcessTree: true);
        await _browser.WaitForExitAsync();
        _browser.Dispose();
        await Eventually.IsAsync("the browser's profile is deleted", () =>
        {
            try
            {
                Directory.Delete(_profile, recursive: true);
                return true;
            }
            catch (IOException)
            {
                return false; // A process of the browser still writes there on its way out.
            }
        });
    }

    private async Task ConnectAsync()
    {
        var ports = Path.Combine(_profile, "DevToolsActivePort");
        await Eventually.IsAsync("the browser says its port", () => _browser.HasExited || (File.Exists(ports) && File.ReadAllLines(ports).Length > 1));
        Assert.False(_browser.HasExited, "the browser did not start");
        using HttpClient http = new() { BaseAddress = new Uri($"http://127.0.0.1:{(await File.ReadAllLinesAsync(ports))[0]}") };
        string? socket = null;
        await Eventually.IsAsync("the page is open", async () => (socket = Page(await http.GetFromJsonAsync<JsonElement>("json/list"))) is not null);
        await _socket.ConnectAsync(new Uri(socket!), CancellationToken.None);
    }

    private static string Value(JsonElement answer) =>
        answer.TryGetProperty("result", out var said) && said.GetProperty("result").TryGetProperty("value", out var value) ? value.GetString()! : "";

    private static string? Page(JsonElement targets) => targets.EnumerateArray()
        .Where(t => t.GetProperty("type").GetString() == "page" && t.GetProperty("url").GetString()!.StartsWith("http", StringComparison.Ordinal))
        .Select(t => t.GetProperty("webSocketDebuggerUrl").GetString()).FirstOrDefault();

    private async Task<string> ReceiveAsync(CancellationToken cancellationToken)
    {
        StringBuilder text = new();
        WebSocketReceiveResult part;
        do
        {
            part = await _socket.ReceiveAsync(_buffer, cancellationToken);
            text.Append(Encoding.UTF8.GetString(_buffer, 0, part.Count));
        }
        while (!part.EndOfMessage);
        return text.ToString();
    }

    private static void Need()
    {
        if (File.Exists(Program))
            return;
        const string Why = $"{Program} is missing: apt-get install chromium";
        if (Environment.GetEnvironmentVariable("SLIPWAY_REQUIRE_REAL") == "1")
            Assert.Fail(Why);
        Assert.Skip(Why);
    }
}
