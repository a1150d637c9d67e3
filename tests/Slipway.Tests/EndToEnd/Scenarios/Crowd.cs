using System.Globalization;

namespace Slipway.Tests.EndToEnd.Scenarios;

/// <summary>Many users whom nobody has seen before, asked whom they get.</summary>
internal sealed class Crowd(Uri gateway, string host) : IDisposable
{
    /// <summary>As many as the Gateway API's conformance suite asks with, and how far from a share it may be (H1).</summary>
    private const int Size = 500;
    private const double Tolerance = 0.05;

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false, MaxConnectionsPerServer = 10 });
    private int _users;

    /// <summary>Which versions answer 20 users.</summary>
    public async Task<HashSet<string>> AskAsync(bool insider = false) => [.. await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => AnswererAsync(insider)))];

    /// <summary>Whether a version answers its share; nobody and everybody are exact.</summary>
    public async Task<bool> IsShareAsync(double share, string version)
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, Size).Select(_ => AnswererAsync(false)));
        var seen = answers.Count(a => a == version) / (double)Size;
        return share is 0 or 1 ? seen.Equals(share) : Math.Abs(seen - share) <= Tolerance;
    }

    /// <summary>How many requests an instance says it has answered, its health checks not among them.</summary>
    public async Task<int> ServedAsync(Marked instance)
    {
        var port = (await File.ReadAllTextAsync($"/proc/{instance.Pid}/environ")).Split('\0').Single(v => v.StartsWith("PORT=", StringComparison.Ordinal))[5..];
        return int.Parse(await _http.GetStringAsync(new Uri($"http://127.0.0.1:{port}/served")), CultureInfo.InvariantCulture);
    }

    public void Dispose() => _http.Dispose();

    private async Task<string> AnswererAsync(bool insider)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, gateway);
        request.Headers.Host = host;
        request.Headers.Add("Cookie", $"uid=crowd-{Interlocked.Increment(ref _users).ToString(CultureInfo.InvariantCulture)}");
        if (insider)
            request.Headers.Add("x-insider", "true");
        using var answer = await _http.SendAsync(request);
        return answer.Headers.TryGetValues("x-slipway-version", out var said) ? said.Single() : "nobody";
    }
}
