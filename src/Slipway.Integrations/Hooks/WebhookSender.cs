using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Slipway.Core;
using Slipway.Core.Projects;
using Slipway.Engine.Ports;

namespace Slipway.Integrations.Hooks;

/// <summary>Sends signed POSTs. Every answer of 200 to 299 is success.</summary>
/// <remarks>Signed as Standard Webhooks says: HMAC-SHA256 over id, timestamp and body. https://www.standardwebhooks.com</remarks>
internal sealed class WebhookSender(SigningKeys keys, TimeProvider time) : IDisposable
{
    private const int MostRead = 4096;
    private const int MostSaid = 200;

    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(2), ConnectTimeout = TimeSpan.FromSeconds(10) }) { Timeout = System.Threading.Timeout.InfiniteTimeSpan };

    public async Task<HookTry> SendAsync(HookSpec.Webhook hook, HookCall call, int attempt, CancellationToken cancellationToken)
    {
        var (key, problem) = keys.Find(hook.Secret);
        if (key is null)
            return new HookTry(problem, false, null);
        var body = JsonSerializer.SerializeToUtf8Bytes(HookBody.Of(call, attempt), SlipwayJson.Options);
        using HttpRequestMessage request = new(HttpMethod.Post, hook.Url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        Sign(request, key, call.IdempotencyKey, time.GetUtcNow().ToUnixTimeSeconds(), body);
        try
        {
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return answer.IsSuccessStatusCode ? HookTry.Succeeded : await RefusedAsync(answer, cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException or SocketException)
        {
            return HookTry.Failed($"no answer from {new Uri(hook.Url).Authority}: {(e.InnerException ?? e).Message}");
        }
    }

    public void Dispose() => _http.Dispose();

    private static void Sign(HttpRequestMessage request, byte[] key, string id, long timestamp, byte[] body)
    {
        var head = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{timestamp}."));
        byte[] signed = [.. head, .. body];
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", timestamp.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("webhook-signature", $"v1,{Convert.ToBase64String(HMACSHA256.HashData(key, signed))}");
        request.Headers.Add("Idempotency-Key", id);
        request.Headers.UserAgent.ParseAdd("Slipway");
    }

    /// <summary>What the other side says it cannot do now may be tried again; what it does not accept will not be accepted the second time either.</summary>
    private async Task<HookTry> RefusedAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        var code = (int)answer.StatusCode;
        var may = code >= 500 || answer.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or (HttpStatusCode)425;
        var said = await FirstLineAsync(answer, cancellationToken);
        var advice = code is >= 300 and < 400 ? "; redirects are not followed, write the address it points to" : "";
        return new HookTry($"it answered {code}{(said.Length > 0 ? $": {said}" : "")}{advice}", may, RetryAfter(answer.Headers.RetryAfter));
    }

    private TimeSpan? RetryAfter(RetryConditionHeaderValue? header) =>
        header?.Delta ?? (header?.Date is { } date && date - time.GetUtcNow() is var left && left > TimeSpan.Zero ? left : null);

    private static async Task<string> FirstLineAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        await using var content = await answer.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[MostRead];
        var read = await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        var line = Encoding.UTF8.GetString(buffer, 0, read).Split('\n').Select(l => l.Trim()).FirstOrDefault(l => l.Length > 0) ?? "";
        line = string.Concat(line.Where(c => !char.IsControl(c)));
        return line.Length > MostSaid ? $"{line[..MostSaid]}…" : line;
    }
}
