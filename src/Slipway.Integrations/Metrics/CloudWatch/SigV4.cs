using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Slipway.Integrations.Metrics.CloudWatch;

/// <summary>Who signs.</summary>
/// <param name="Token">Of temporary credentials; else null.</param>
internal sealed record AwsCredentials(string AccessKey, string SecretKey, string? Token);

/// <summary>Signs requests as AWS wants them: Signature Version 4. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html</summary>
internal static class SigV4
{
    /// <summary>The header <c>Authorization</c> of a request.</summary>
    /// <param name="path">As it is sent, escaped.</param>
    /// <param name="query">Names and values, not escaped.</param>
    /// <param name="headers">All that are signed, <c>host</c> and <c>x-amz-date</c> among them; names in lower case.</param>
    public static string Authorization(AwsCredentials credentials, string region, string service, DateTimeOffset now, string method, string path,
        IEnumerable<(string Name, string Value)> query, IReadOnlyDictionary<string, string> headers, byte[] body)
    {
        var day = now.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        var scope = $"{day}/{region}/{service}/aws4_request";
        var sorted = headers.OrderBy(h => h.Key, StringComparer.Ordinal).ToArray();
        var signed = string.Join(';', sorted.Select(h => h.Key));
        var canonical = string.Join('\n',
        [
            method, path, string.Join('&', query.Select(q => (Name: Uri.EscapeDataString(q.Name), Value: Uri.EscapeDataString(q.Value))).OrderBy(q => q.Name, StringComparer.Ordinal).ThenBy(q => q.Value, StringComparer.Ordinal).Select(q => $"{q.Name}={q.Value}")),
            string.Concat(sorted.Select(h => $"{h.Key}:{Trimmed(h.Value)}\n")), signed, Hex(SHA256.HashData(body)),
        ]);
        var toSign = $"AWS4-HMAC-SHA256\n{Timestamp(now)}\n{scope}\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        var key = new[] { day, region, service, "aws4_request" }.Aggregate(Encoding.UTF8.GetBytes($"AWS4{credentials.SecretKey}"), Hmac);
        return $"AWS4-HMAC-SHA256 Credential={credentials.AccessKey}/{scope}, SignedHeaders={signed}, Signature={Hex(Hmac(key, toSign))}";
    }

    public static string Timestamp(DateTimeOffset now) => now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    /// <summary>Spaces around a value do not count, and several within it count as one.</summary>
    private static string Trimmed(string value) => string.Join(' ', value.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private static byte[] Hmac(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
