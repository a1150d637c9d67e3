using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Slipway.Server.Otlp;

/// <summary>Who may export: whoever reaches the address, or whoever has the token that the server was started with.</summary>
internal static class OtlpToken
{
    private const string Why = "the token is missing or wrong: export with the header 'authorization: Bearer …' (OTEL_EXPORTER_OTLP_HEADERS)";

    /// <summary>Compared by hash, in constant time.</summary>
    public static bool IsLet(HttpContext context, string? token) => token is null
        || CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes($"Bearer {token}")), SHA256.HashData(Encoding.UTF8.GetBytes(context.Request.Headers.Authorization.ToString())));

    public static Task RefuseAsync(HttpContext context)
    {
        if (context.Request.ContentType?.StartsWith("application/grpc", StringComparison.Ordinal) != true)
            return OtlpEndpoint.Refused(StatusCodes.Status401Unauthorized, Why).ExecuteAsync(context);
        // gRPC says how a call ended in headers of its own; 16 is UNAUTHENTICATED.
        context.Response.ContentType = "application/grpc";
        context.Response.Headers["grpc-status"] = "16";
        context.Response.Headers["grpc-message"] = Uri.EscapeDataString(Why);
        return Task.CompletedTask;
    }
}
