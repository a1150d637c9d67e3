using System.Globalization;

namespace Slipway.Tests.EndToEnd;

/// <summary>Some users who ask, one after the other and all the time, and remember which version answered each of them.</summary>
internal sealed class Users : IAsyncDisposable
{
    private const int Count = 50;

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false });
    private readonly CancellationTokenSource _stop = new();
    private readonly string?[] _last = new string?[Count];
    private readonly List<string> _complaints = [];
    private readonly Task _asking;
    private int _answers;

    /// <param name="path">What they ask for when their turn is the n-th; null: the front page.</param>
    public Users(Uri gateway, string host, Func<int, string>? path = null) => _asking = Task.Run(() => AskAsync(gateway, host, path ?? (_ => "/")));

    /// <summary>Requests answered well.</summary>
    public int Answers => Volatile.Read(ref _answers);

    /// <summary>Whom which version answered last.</summary>
    public IEnumerable<string?> Last => [.. _last];

    /// <summary>Stops and tells every request that failed, and every user who was taken back to an older version.</summary>
    public async Task<IReadOnlyList<string>> ComplaintsAsync()
    {
        await _stop.CancelAsync();
        await _asking;
        return _complaints;
    }

    public async ValueTask DisposeAsync()
    {
        await ComplaintsAsync();
        _stop.Dispose();
        _http.Dispose();
    }

    private async Task AskAsync(Uri gateway, string host, Func<int, string> path)
    {
        using PeriodicTimer pace = new(TimeSpan.FromMilliseconds(5));
        for (var i = 0; !_stop.IsCancellationRequested; i++)
        {
            await AskAsync(new Uri(gateway, path(i)), host, i % Count);
            await pace.WaitForNextTickAsync();
        }
    }

    private async Task AskAsync(Uri page, string host, int user)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, page);
        request.Headers.Host = host;
        request.Headers.Add("Cookie", $"uid=user-{user.ToString(CultureInfo.InvariantCulture)}");
        try
        {
            using var answer = await _http.SendAsync(request);
            var version = answer.Headers.TryGetValues("x-slipway-version", out var said) ? said.Single() : "nobody";
            if (!answer.IsSuccessStatusCode)
                _complaints.Add($"{DateTimeOffset.UtcNow:HH:mm:ss.fff} user {user}: {(int)answer.StatusCode} from {version}: {await answer.Content.ReadAsStringAsync()}");
            else if (string.CompareOrdinal(version, _last[user]) < 0)
                _complaints.Add($"{DateTimeOffset.UtcNow:HH:mm:ss.fff} user {user}: back from {_last[user]} to {version}");
            else
                Interlocked.Increment(ref _answers);
            _last[user] = version;
        }
        catch (HttpRequestException e)
        {
            _complaints.Add($"{DateTimeOffset.UtcNow:HH:mm:ss.fff} user {user}: {e.Message}");
        }
    }
}
