using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Slipway.Core.Analysis;

namespace Slipway.Integrations.Metrics;

/// <summary>
/// Asks servers over HTTP: one pool of connections for all sources, bounded answers, no redirects. A server that says it is asked too often is left
/// alone for as long as it says.
/// </summary>
public sealed class SourceHttp : IDisposable
{
    private const int MostRead = 8 << 20;
    private const int MostSaid = 300;

    /// <summary>Windows that are told by two clocks further apart than this are not the same windows.</summary>
    private static readonly TimeSpan MostSkew = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan LongestConnecting = TimeSpan.FromSeconds(10);

    /// <summary>Left alone for this long when it does not say for how long, and at most for the other.</summary>
    private static readonly TimeSpan DefaultRest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(10);

    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, DateTimeOffset> _rests = new();
    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.All,
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        ConnectTimeout = LongestConnecting,
        MaxConnectionsPerServer = 16,
    }) { Timeout = System.Threading.Timeout.InfiniteTimeSpan };

    public SourceHttp(TimeProvider time) => _time = time;

    public void Dispose() => _http.Dispose();

    /// <summary>The answer as JSON, whatever its status code; trouble when there is none, or it is not JSON, or too large.</summary>
    internal async Task<Got<JsonReply>> AskAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var place = request.RequestUri!.Authority;
        var now = _time.GetUtcNow();
        if (_rests.TryGetValue(place, out var until) && until > now)
            return new Measurement.Failed($"{place} was asked too often, and wants to be left alone for another {Durations.Words(until - now)}; use a longer window, or fewer checks");
        request.Headers.UserAgent.ParseAdd("Slipway");
        try
        {
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (Skewed(answer, place) is { } skewed)
                return skewed;
            if (answer.StatusCode == HttpStatusCode.TooManyRequests)
                return Rest(answer, place);
            var body = await ReadAsync(answer, cancellationToken);
            return body is null
                ? new Measurement.Failed($"the answer of {place} is larger than {MostRead >> 20} MiB; ask for fewer series or a shorter window")
                : Parsed((int)answer.StatusCode, body, place);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new Measurement.Failed($"{place} takes no connection within {Durations.Words(LongestConnecting)}; is it running, and is the address right?");
        }
        catch (InvalidDataException e)
        {
            return new Measurement.Failed($"the answer of {place} cannot be unpacked: {e.Message}");
        }
        catch (Exception e) when (e is HttpRequestException or SocketException or IOException)
        {
            return new Measurement.Failed($"{place} does not answer: {(e.InnerException ?? e).Message}; is it running, and is the address right?");
        }
    }

    /// <summary>A line of what a server said, short enough to be repeated.</summary>
    internal static string Line(string text)
    {
        var line = text.Split('\n').Select(l => string.Concat(l.Where(c => !char.IsControl(c))).Trim()).FirstOrDefault(l => l.Length > 0) ?? "";
        return line.Length > MostSaid ? $"{line[..MostSaid]}…" : line;
    }

    private static Got<JsonReply> Parsed(int status, byte[] body, string place)
    {
        try
        {
            return new JsonReply(status, JsonSerializer.Deserialize<JsonElement>(body), place);
        }
        catch (JsonException)
        {
            var said = Line(Encoding.UTF8.GetString(body, 0, Math.Min(body.Length, 4096)));
            return new Measurement.Failed($"{place} answered {status.ToString(CultureInfo.InvariantCulture)} and no JSON{(said.Length > 0 ? $": {said}" : "")}; is this the right address?");
        }
    }

    private static async Task<byte[]?> ReadAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        await using var content = await answer.Content.ReadAsStreamAsync(cancellationToken);
        using MemoryStream read = new();
        var buffer = new byte[16 << 10];
        while (await content.ReadAsync(buffer, cancellationToken) is > 0 and var got)
        {
            if (read.Length + got > MostRead)
                return null;
            read.Write(buffer, 0, got);
        }

        return read.ToArray();
    }

    private Measurement.Failed? Skewed(HttpResponseMessage answer, string place)
    {
        if (answer.Headers.Date is not { } theirs)
            return null;
        var ahead = theirs - _time.GetUtcNow();
        return ahead.Duration() <= MostSkew ? null : new Measurement.Failed(string.Create(CultureInfo.InvariantCulture,
            $"the clock of {place} is {ahead.Duration().TotalSeconds:0} s {(ahead > TimeSpan.Zero ? "ahead of" : "behind")} the server's: its windows are not ours; set both clocks by NTP"));
    }

    private Measurement.Failed Rest(HttpResponseMessage answer, string place)
    {
        var now = _time.GetUtcNow();
        var asked = answer.Headers.RetryAfter?.Delta ?? (answer.Headers.RetryAfter?.Date is { } date ? date - now : Reset(answer)) ?? DefaultRest;
        var rest = TimeSpan.FromTicks(Math.Clamp(asked.Ticks, TimeSpan.TicksPerSecond, LongestRest.Ticks));
        _rests[place] = now + rest;
        return new Measurement.Failed($"{place} answered 429: it is asked too often, and is left alone for {Durations.Words(rest)}; use a longer window, or fewer checks");
    }

    /// <summary>Datadog says how many seconds are left in a header of its own.</summary>
    private static TimeSpan? Reset(HttpResponseMessage answer) =>
        answer.Headers.TryGetValues("X-RateLimit-Reset", out var values) && int.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? TimeSpan.FromSeconds(seconds) : null;
}

/// <summary>What a server answered.</summary>
internal sealed record JsonReply(int Status, JsonElement Body, string Place)
{
    public bool IsOk => Status is >= 200 and < 300;

    /// <summary>Said of an answer that is no success and has no better words of its own.</summary>
    public Measurement.Failed Refused(string? said) => new($"{Place} answered {Status.ToString(CultureInfo.InvariantCulture)}{(string.IsNullOrWhiteSpace(said) ? "" : $": {SourceHttp.Line(said)}")}{Advice}");

    private string Advice => Status switch
    {
        401 or 403 => "; check the source's key or header, and what it may read",
        >= 300 and < 400 => "; redirects are not followed, write the address it points to",
        404 => "; check the source's address",
        _ => "",
    };
}
